import Foundation
import Testing

/// A vault whose slots are changed.
extension Sandbox {
    /// The words for the cheapest password hash that test builds allow.
    static let cheap = ["--kdf-memory", "64", "--kdf-passes", "1"]

    /// A sandbox with a vault and, in the files `new` and `third`, other passwords.
    static func withPasswords(_ more: [String] = ["--no-recovery"]) throws -> Sandbox {
        let box = try Sandbox()
        #expect(try box.makeVault("game", more).status == 0)
        try box.write("new", "a new password\n")
        try box.write("third", "a third password\n")
        return box
    }

    /// Runs the program with the password in a file.
    func open(_ words: String..., by password: String) throws -> Outcome {
        try run(words + ["--password-file", password])
    }

    /// Adds a slot with the password in the file `new`.
    func addSlot(_ words: [String], new: String = "new") throws -> Outcome {
        try open(["key"] + words + ["--new-password-file", new, "--json"] + Self.cheap)
    }

    /// What `key list` prints.
    func slots(by password: String = "password") throws -> [[String: Any]] {
        let listed = try run(["key", "list", "--json", "--password-file", password])
        return try #require(listed.json as? [[String: Any]], "\(listed)")
    }
}
