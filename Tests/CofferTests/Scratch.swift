import Foundation
import Testing

@testable import Coffer

/// A folder of its own for one test, gone with it.
final class Scratch: Sendable {
    let path: String

    init() throws {
        let base = NSTemporaryDirectory() + "coffer-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: base, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        path = base
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Surroundings that remember under this folder and cache nothing.
    var surroundings: Surroundings {
        Surroundings(
            stateDirectory: path + "/state",
            now: { Int64(Date().timeIntervalSince1970 * 1_000) },
            bootTime: { DispatchTime.now().uptimeNanoseconds / 1_000_000 }, bootID: nil)
    }

    /// A vault at `name`, unlocked, with the cheapest password hash that test builds allow.
    func vault(_ name: String = "test.coffer") throws -> Vault {
        _ = try Vault.create(
            at: path + "/" + name, password: Self.password(), options: Self.options,
            in: surroundings)
        return try open(name)
    }

    /// Opens and unlocks a vault that `vault(_:)` has made.
    func open(_ name: String = "test.coffer") throws -> Vault {
        let vault = try Vault(at: path + "/" + name, in: surroundings)
        try vault.unlock(password: Self.password())
        return vault
    }

    static var options: Vault.CreateOptions {
        var options = Vault.CreateOptions()
        options.memory = 64
        options.passes = 1
        return options
    }

    static func password(_ text: String = "correct horse") throws -> Secret {
        let bytes = Array(text.utf8)
        return try Secret(count: bytes.count) { secret in
            for index in bytes.indices { secret[index] = bytes[index] }
        }
    }

    /// Writes a file and gives its path.
    func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true)
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        return file
    }
}
