import CofferBytes
import Foundation
import Testing

/// Published vectors, which lie beside the project's root or where `COFFER_VECTORS` says.
enum Vectors {
    /// The folder; nil when it is not at hand, which is said once.
    static let folder: String? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path =
            ProcessInfo.processInfo.environment["COFFER_VECTORS"]
            ?? root.deletingLastPathComponent().appending(path: "shared/vectors").path
        if FileManager.default.fileExists(atPath: path + "/wycheproof") { return path }
        print("Published vectors are not at hand (\(path)): their tests are skipped")
        return nil
    }()

    /// Whether there is a folder of vectors.
    static var areAtHand: Bool { folder != nil }

    /// The groups of a Wycheproof file, whose own count of tests must be met.
    static func wycheproof<Group: WycheproofGroup>(
        _ name: String, as type: Group.Type = Group.self
    ) throws -> [Group] {
        let path = try #require(folder) + "/wycheproof/\(name)_test.json"
        let data = try Data(contentsOf: URL(filePath: path))
        let file = try JSONDecoder().decode(WycheproofFile<Group>.self, from: data)
        let counted = file.testGroups.reduce(0) { $0 + $1.tests.count }
        try #require(counted == file.numberOfTests, "The file is not whole")
        return file.testGroups
    }

    /// The `name = value` records of a text file: blank lines part them.
    static func records(_ name: String, startingAt first: String) throws -> [[String: String]] {
        let path = try #require(folder) + "/" + name
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var records: [[String: String]] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            let key = parts[0].trimmingCharacters(in: .whitespaces)
            if key == first { records.append([:]) }
            guard !records.isEmpty else { continue }
            records[records.count - 1][key] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        return records
    }

    /// Says how many vectors of a set were run.
    static func say(_ count: Int, _ set: String) { print("\(set): \(count) vectors") }
}

/// A Wycheproof file, as far as it is read.
struct WycheproofFile<Group: WycheproofGroup>: Decodable {
    let numberOfTests: Int
    let testGroups: [Group]
}

/// A group of Wycheproof vectors.
protocol WycheproofGroup: Decodable {
    associatedtype Vector: Decodable
    var tests: [Vector] { get }
}

/// What a vector's result must be; any other word fails the decoding.
enum Expectation: String, Decodable {
    case valid
    case invalid
}

/// Bytes that a vector writes in hexadecimal digits.
struct HexBytes: Decodable {
    let bytes: [UInt8]

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        bytes = try #require(Hex.decode(text))
    }
}

/// The bytes of a literal in hexadecimal digits; white space may part them.
func hex(_ text: String) -> [UInt8] {
    guard let bytes = Hex.decode(text.filter { !$0.isWhitespace }) else {
        Issue.record("Not hexadecimal: \(text)")
        return []
    }
    return bytes
}
