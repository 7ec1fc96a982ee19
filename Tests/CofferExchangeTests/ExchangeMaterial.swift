import CofferExchange
import CofferFormat
import Foundation

/// Test material that lies beside the package; nobody on the project wrote it.
enum ExchangeMaterial {
    /// The folder that `variable` names, else `shared/<name>` beside the package; nil when absent.
    static func folder(_ variable: String, _ name: String) -> URL? {
        let package = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = ProcessInfo.processInfo.environment[variable]
        let folder =
            path.map { URL(filePath: $0) }
            ?? package.deletingLastPathComponent().appending(path: "shared/\(name)")
        guard FileManager.default.fileExists(atPath: folder.path) else {
            print("Skipped: \(folder.path) is absent; set \(variable) to run these tests.")
            return nil
        }
        return folder
    }

    static let spectrum = folder("COFFER_VECTORS", "vectors")?.appending(path: "csv/spectrum")
    static let data = folder("COFFER_DATA", "data")

    /// The files in `folder` (not below) whose names end in `suffix`, in order.
    static func files(_ folder: URL, _ suffix: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(suffix) }.sorted().map { folder.appending(path: $0) }
    }
}

extension RecordSource {
    /// A source that gives `text` again and again and fails at one call.
    init(
        repeating text: String, failingAt failAt: Int, name: String
    ) throws(ExchangeError) {
        try unsafe self.init(name: name) { () throws(ExchangeError) -> Refill in
            var calls = 0
            return { buffer throws(ExchangeError) in
                if calls == failAt { throw .unreadable(errno: 5) }
                calls += 1
                unsafe buffer.copyBytes(from: Array(text.utf8).prefix(buffer.count))
                return min(buffer.count, text.utf8.count)
            }
        }
    }

    /// A source over bytes in memory, given in pieces of a size that cuts everything somewhere.
    init(
        _ bytes: [UInt8], name: String, options: Options = Options(), pieceSize: Int = 1_013
    ) throws(ExchangeError) {
        try unsafe self.init(name: name, options: options) { () throws(ExchangeError) -> Refill in
            var position = 0
            return { buffer throws(ExchangeError) in
                let count = min(buffer.count, pieceSize, bytes.count - position)
                unsafe buffer.copyBytes(from: bytes[position..<position + count])
                position += count
                return count
            }
        }
    }

    init(_ text: String, name: String, options: Options = Options()) throws(ExchangeError) {
        try self.init(Array(text.utf8), name: name, options: options)
    }

    init(file: URL, options: Options = Options()) throws {
        let bytes = [UInt8](try Data(contentsOf: file))
        try self.init(bytes, name: file.lastPathComponent, options: options, pieceSize: 65_536)
    }

    /// All that the source yields.
    func all() throws(ExchangeError) -> (records: [SourceRecord], rejects: [SourceReject]) {
        var records: [SourceRecord] = []
        var rejects: [SourceReject] = []
        try read { event in
            switch event {
            case .record(let record): records.append(record)
            case .reject(let reject): rejects.append(reject)
            }
            return true
        }
        return (records, rejects)
    }

    /// The values of all records, when nothing is rejected.
    func values() throws -> [Value] {
        let (records, rejects) = try all()
        guard let first = rejects.first else { return records.map(\.value) }
        throw Rejected(line: first.line, reason: first.reason)
    }
}

/// A record was rejected where a test expects none to be.
struct Rejected: Error {
    let line: Int
    let reason: String
}

extension Value {
    /// A record from a literal.
    init(_ json: String) {
        self = (try? JSON.parse(Array(json.utf8))) ?? .null
    }

    /// The same record with its fields in the order of their names.
    var inNameOrder: Value {
        guard case .object(let members) = self else { return self }
        return .object(
            members.sorted { Array($0.name.utf8).lexicographicallyPrecedes($1.name.utf8) })
    }
}

/// What a writer wrote.
final class Output {
    var bytes: [UInt8] = []
    var text: String { String(decoding: bytes, as: UTF8.self) }
    func sink(_ piece: [UInt8]) { bytes += piece }
}

/// The names of all fields of `records`, in the order in which they appear first.
func columns(of records: [Value]) -> [String] {
    var met: Set<ExactText> = []
    var names: [String] = []
    for case .object(let members) in records {
        for member in members where met.insert(ExactText(member.name)).inserted {
            names.append(member.name)
        }
    }
    return names
}

extension KeyScan {
    /// Tells texts apart byte for byte.
    static func bytes(_ value: Value) -> [UInt8]? {
        guard case .text(let text) = value else { return nil }
        return Array(text.utf8)
    }
}
