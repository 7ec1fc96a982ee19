import Foundation
import Testing

@testable import Coffer

/// A vault with files, and the folder that they come from.
struct FileStage {
    let scratch: Scratch
    let vault: Vault
    let source: String

    init() throws {
        scratch = try Scratch()
        vault = try scratch.vault()
        source = scratch.path + "/source"
        try FileManager.default.createDirectory(
            atPath: source, withIntermediateDirectories: true)
    }

    /// Bytes that look random and are the same in every run (xorshift64*).
    static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<count).map { _ in
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return UInt8(truncatingIfNeeded: (state &* 0x2545_F491_4F6C_DD1D) >> 56)
        }
    }

    /// Text that can be compressed.
    static func text(_ count: Int) -> [UInt8] {
        var text: [UInt8] = []
        var number = 0
        while text.count < count {
            number += 1
            text += Array("the \(number)th goblin says \(number &* 7919 % 1_000_003)\n".utf8)
        }
        return Array(text.prefix(count))
    }

    /// Writes a source and gives its path.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = source + "/" + name
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    /// Adds sources under their names.
    @discardableResult
    func add(
        _ names: [String], replacing: Bool = false, rereading: Bool = false, threads: Int? = nil
    ) throws -> [Files.Added] {
        var options = Files.AddOptions()
        options.isReplacing = replacing
        options.isRereading = rereading
        options.threads = threads
        var added: [Files.Added] = []
        try vault.files.add(
            names.map { NewFile(at: source + "/" + $0, as: $0) }, options: options
        ) { added.append($0) }
        return added
    }

    /// All bytes of a file, or a range.
    func read(
        _ name: String, _ range: Range<UInt64>? = nil, of other: Vault? = nil
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try (other ?? vault).files.read(name, in: range) { bytes += $0 }
        return bytes
    }

    /// The paths of the packs.
    func packs(of other: Vault? = nil) throws -> [String] {
        let folder = (other ?? vault).path + "/packs"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
            folder + "/" + $0
        }
    }

    static func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }
}
