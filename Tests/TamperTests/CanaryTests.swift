import Coffer
import Foundation
import Testing

/// Nothing that was written can be read on the disk.
@Suite struct CanaryTests {
    /// Words that occur nowhere by chance.
    private static func word(_ kind: String, _ index: Int) -> String {
        let letters = "bcdfghklmnprstvz"
        var number = UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(kind.utf8.count) << 40
        var word = kind
        for _ in 0..<9 {
            let place = letters.index(letters.startIndex, offsetBy: Int(number % 16))
            word.append(letters[place])
            number /= 16
        }
        return word
    }

    private static let collections = (0..<4).map { word("col", $0) }
    private static let fields = (0..<16).map { word("fld", $0) }
    private static let keys = (0..<60).map { word("key", $0) }
    private static let values = (0..<120).map { word("val", $0) }
    private static let all = collections + fields + keys + values

    /// The file of every collection: some fields known from a schema, some not; short and long.
    private static func write(_ folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        for (number, collection) in collections.enumerated() {
            var lines: [String] = []
            for row in 0..<15 {
                let index = number * 15 + row
                let long = String(repeating: "\(values[index]) ", count: row == 3 ? 900 : 1)
                lines.append(
                    """
                    {"id":"\(keys[index])","\(fields[number * 4])":"\(long)",\
                    "\(fields[number * 4 + 1])":{"\(fields[number * 4 + 2])":\
                    ["\(values[60 + index])"]},"\(fields[number * 4 + 3])":true}
                    """)
            }
            try lines.joined(separator: "\n").write(
                toFile: "\(folder)/\(collection).ndjson", atomically: false, encoding: .utf8)
        }
    }

    private static let search = CanarySearch(all)

    @Test func noValueNameOrKeyIsInAnyFile() throws {
        let place = try Place()
        let input = place.path + "/input"
        let path = place.path + "/vault/v.coffer"
        let state = place.path + "/state"
        try Self.write(input)
        #expect(Self.all.count == 200 && Set(Self.all).count == 200)
        let control = Set(try Self.search.words(below: input).found.map { $0.prefix(12) })
        #expect(control.count == 200, "the search finds \(control.count) where all are")
        try FileManager.default.createDirectory(
            atPath: place.path + "/vault", withIntermediateDirectories: true)
        try Sample.make(path) { _ in }
        do {
            let vault = try Sample.open(path, state: state)
            _ = try vault.importFiles(ImportRequest(paths: [input])) { _, _ in }
            _ = try vault.set(
                Self.collections[0], Self.keys[0],
                [.text(path: [Self.fields[0]], Self.values[119])])
            _ = try vault.remove(Self.collections[1], [Self.keys[15]])
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
