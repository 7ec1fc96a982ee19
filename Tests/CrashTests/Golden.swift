import Foundation
import Synchronization

/// The folder that every stage begins with, made once.
enum Golden {
    private static let made = Result { try make() }

    /// A folder and its vault.
    struct Kept: Sendable {
        let scratch: Scratch
        let path: String
    }

    /// A folder with a vault of two collections and what the machine remembers of it.
    static func vault() throws -> String { try made.get().path }

    /// Makes a vault that no other test has: one that is unlocked must not be shared, for the
    /// kernel keeps its key for every program of the user.
    static func make() throws -> Kept {
        let scratch = try Scratch()
        let live = scratch.path + "/live"
        try Files.make(live)
        try Files.write(Stage.password, to: scratch.path + "/pw")
        try Campaign.writeInputs(to: scratch.path)
        let environment = ["XDG_STATE_HOME": live + "/state", "HOME": live]
        let vault = live + "/v.coffer"
        let secret = ["--vault", vault, "--password-file", scratch.path + "/pw"]
        for words in [
            [
                "init", vault, "--kdf-memory", "64", "--kdf-passes", "1", "--no-recovery",
                "--password-file", scratch.path + "/pw",
            ],
            ["schema", "apply", scratch.path + "/npcs.schema.json"] + secret,
            ["import", scratch.path + "/npcs.ndjson", scratch.path + "/items.ndjson"] + secret,
        ] {
            let outcome = try scratch.run([Machine.program] + words, adding: environment)
            guard outcome.status == 0 else { throw Trouble("\(words): \(outcome.errors)") }
        }
        return Kept(scratch: scratch, path: live)
    }
}
