import Foundation
import Testing

@Suite struct LoaderTests {
    @Test func refusesWordsThatItDoesNotKnow() {
        let content = Data(#"{"area":"value","expect":"perhaps","numberOfTests":1}"#.utf8)
        #expect(throws: Vector.Fault.self) {
            try Vector(content: content, name: "x", area: "value")
        }
    }

    @Test func refusesAnotherNumberOfFilesThanStated() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "coffer-vectors-\(UUID().uuidString)")
        let area = folder.appending(path: "value")
        try FileManager.default.createDirectory(at: area, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let content = Data(#"{"area":"value","expect":"success","numberOfTests":2}"#.utf8)
        try content.write(to: area.appending(path: "one.json"))
        #expect(throws: Vector.Fault.self) { try Vector.all(of: "value", in: folder) }
        try content.write(to: area.appending(path: "two.json"))
        #expect(try Vector.all(of: "value", in: folder).count == 2)
    }

    @Test func runsEveryAreaThatThereIs() throws {
        let areas = try FileManager.default.contentsOfDirectory(atPath: Vector.folder.path)
        #expect(
            areas.sorted() == [
                "audit", "batch", "catalog", "chunk", "code", "content", "cut", "digest", "id",
                "index", "key", "note", "pack", "part", "piece", "record", "roster", "segment",
                "signer", "slot", "state", "subjects",
                "tombstone", "value",
            ])
        let counts = try areas.map { try Vector.all(of: $0).count }
        print("vectors: \(counts.reduce(0, +)) files in \(areas.count) areas")
    }
}
