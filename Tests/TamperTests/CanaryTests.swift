import Coffer
import Foundation
import Testing

/// Nothing that was written can be read on the disk.
@Suite struct CanaryTests {
    private static let search = CanarySearch(SmallCanaries.all)

    @Test func noValueNameOrKeyIsInAnyFile() throws {
        let place = try Place()
        let input = place.path + "/input"
        let path = place.path + "/vault/v.coffer"
        let state = place.path + "/state"
        try SmallCanaries.write(input)
        #expect(SmallCanaries.all.count == 200 && Set(SmallCanaries.all).count == 200)
        let control = Set(try Self.search.words(below: input).found.map { $0.prefix(12) })
        #expect(control.count == 200, "the search finds \(control.count) where all are")
        try FileManager.default.createDirectory(
            atPath: place.path + "/vault", withIntermediateDirectories: true)
        try Sample.make(path) { _ in }
        do {
            let vault = try Sample.open(path, state: state)
            _ = try vault.importFiles(ImportRequest(paths: [input])) { _, _ in }
            _ = try vault.set(
                SmallCanaries.collections[0], SmallCanaries.keys[0],
                [.text(path: [SmallCanaries.fields[0]], SmallCanaries.values[119])])
            _ = try vault.remove(SmallCanaries.collections[1], [SmallCanaries.keys[15]])
            let log = try Data(contentsOf: URL(fileURLWithPath: path + "/vault.sqlite-wal"))
            #expect(log.count > 10_000, "the log should be there")
            try Self.expectNothing(place, "with a log")
            #expect(try vault.check().isSound)
        }
        #expect(!FileManager.default.fileExists(atPath: path + "/vault.sqlite-wal"))
        try Self.expectNothing(place, "closed")
    }

    private static func expectNothing(_ place: Place, _ when: String) throws {
        for folder in ["vault", "state"] {
            let here = try search.words(below: "\(place.path)/\(folder)")
            print(
                "canaries \(when), \(folder): \(here.found.count) in \(here.files) files, "
                    + "\(here.bytes) bytes")
            #expect(here.files > 0)
            #expect(here.found.isEmpty, "\(here.found.prefix(5))")
        }
    }
}
