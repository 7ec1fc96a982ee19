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

    /// The words found in any file below a folder, with names of files.
    private static func search(_ folder: String) throws -> (found: [String], files: Int, bytes: Int)
    {
        var found: [String] = []
        var files = 0
        var bytes = 0
        let paths = FileManager.default.enumerator(atPath: folder)?.allObjects ?? []
        for case let path as String in paths {
            found += all.filter { path.contains($0) }
            let facts = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")
            guard facts[.type] as? FileAttributeType == .typeRegular else { continue }
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)"))
            files += 1
            bytes += data.count
            let places = Set(sixes(data))
            for word in all where places.contains(Array(word.utf8.prefix(6))) {
                if data.range(of: Data(word.utf8)) != nil { found.append("\(word) in \(path)") }
            }
        }
        return (found, files, bytes)
    }

    /// The six-byte runs that begin like one of our words: a quick first look.
    private static func sixes(_ data: Data) -> [[UInt8]] {
        let bytes = Array(data)
        let heads = Set(all.map { Array($0.utf8.prefix(3)) })
        return bytes.indices.dropLast(5).compactMap { start in
            let isLetter = bytes[start] >= 0x61 && bytes[start] <= 0x7A
            guard isLetter, heads.contains(Array(bytes[start..<start + 3])) else { return nil }
            return Array(bytes[start..<start + 6])
        }
    }

    @Test func noValueNameOrKeyIsInAnyFile() throws {
        let place = try Place()
        let input = place.path + "/input"
        let path = place.path + "/vault/v.coffer"
        let state = place.path + "/state"
        try Self.write(input)
        #expect(Self.all.count == 200 && Set(Self.all).count == 200)
        let control = Set(try Self.search(input).found.map { $0.prefix(12) })
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
            let (found, files, bytes) = try search("\(place.path)/\(folder)")
            print("canaries \(when), \(folder): \(found.count) in \(files) files, \(bytes) bytes")
            #expect(files > 0)
            #expect(found.isEmpty, "\(found.prefix(5))")
        }
    }
}
