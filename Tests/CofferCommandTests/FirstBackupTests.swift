import Foundation
import Testing

@testable import CofferCommand

/// The backup that a vault begins with.
@Suite(.enabled(if: BuiltProgram.isThere)) struct FirstBackupTests {
    private func bundles(_ box: Sandbox, _ folder: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: box.path(folder))
        return (names ?? []).filter { $0.hasSuffix(".coffer-bundle") }
    }

    private func folders(_ box: Sandbox) throws -> [String]? {
        try box.open(["backup", "policy", "--json"])["to"] as? [String]
    }

    @Test func theOptionSetsAPolicyAndTakesTheFirstBundle() throws {
        let box = try Sandbox()
        let made = try box.makeVault("game", ["--template", "club", "--backup", "sync/game"])
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.split(separator: "\n").count == 1)
        #expect(made["path"] as? String == box.path("game.coffer"))
        let names = bundles(box, "sync/game")
        #expect(names.count == 1)
        #expect(made.errors.contains(box.path("sync/game/\(names.first ?? "")")))
        #expect(try folders(box) == [box.path("sync/game")])
        // It saves the vault on a machine that has the recovery key alone.
        try box.write("key", made["recoveryKey"] as? String ?? "")
        box.environment["HOME"] = box.path("elsewhere")
        let restored = try box.run([
            "backup", "restore", "sync/game", "--to", "./again.coffer", "--recovery-key-file",
            "key", "--json",
        ])
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(restored["vault"] as? String == made["vault"] as? String)
        let schemas = try box.open(["--vault", "./again.coffer", "schema", "list", "--json"])
        #expect((schemas.json as? [Any])?.isEmpty == false)
    }

    @Test func withoutTheOptionNobodyIsAskedWhereNobodyIs() throws {
        let box = try Sandbox()
        let made = try box.run([
            "init", "./game.coffer", "--password-file", "password", "--kdf-memory", "64",
            "--kdf-passes", "1", "--no-recovery",
        ])
        #expect(made.status == 0)
        #expect(!made.errors.contains("Folder"))
        #expect(try folders(box) == nil)
    }

    @Test func aFolderThatIsNoneIsRefusedBeforeAnythingIsMade() throws {
        let box = try Sandbox()
        #expect(try box.makeVault("game", ["--backup", "password"]).code == "exists")
        #expect(try box.makeVault("game", ["--backup", ""]).status == 2)
        #expect(!box.exists("game.coffer"))
    }

    @Test func aBackupThatFailsLeavesTheVaultAndItsKey() throws {
        let box = try Sandbox()
        let made = try box.makeVault("game", ["--backup", "password/below"])
        #expect(made.status == 8 || made.status == 5, "\(made.errors)")
        #expect((made["recoveryKey"] as? String)?.hasPrefix("coffer-recovery1") == true)
        #expect(made.errors.contains("the vault is made, but not backed up"))
        #expect(try box.open(["check"]).status == 0)
    }

    @Test(.enabled(if: Machine.hasExpect), arguments: ["~/sync it", " sync ", ""])
    func onATerminalAFolderIsAskedForOnce(typed: String) throws {
        let box = try Sandbox()
        let made = try expect(box, "", answer: typed)
        #expect(made.status == 0, "\(made.output)")
        #expect(made.output.components(separatedBy: "Folder for backups").count == 2)
        let folder = ["~/sync it": "home/sync it", " sync ": "sync"][typed]
        #expect(try folders(box) == folder.map { [box.path($0)] })
        if let folder { #expect(bundles(box, folder).count == 1) }
    }

    @Test(.enabled(if: Machine.hasExpect), arguments: ["--yes", "-q", "--json", "--backup=sync"])
    func whoHasAnsweredIsNotAsked(option: String) throws {
        let box = try Sandbox()
        let made = try expect(box, option, answer: nil)
        #expect(made.status == 0, "\(made.output)")
        #expect(!made.output.contains("Folder for backups"))
        #expect(bundles(box, "sync").count == (option == "--backup=sync" ? 1 : 0))
    }

    /// Makes a vault on a terminal.
    private func expect(_ box: Sandbox, _ option: String, answer: String?) throws -> Outcome {
        let answering = answer.map { #"expect "(empty for none): " { send "\#($0)\r" }"# } ?? ""
        try box.write(
            "script.exp",
            """
            set timeout 20
            spawn $env(COFFER) init ./game.coffer --kdf-memory 64 --kdf-passes 1 --password-file \
                password --no-recovery \(option)
            \(answering)
            expect { eof {} timeout { exit 9 } }
            exit [lindex [wait] 3]
            """)
        return try box.shell("expect -f script.exp")
    }

    @Test func whatIsTypedIsReadAsAPersonMeansIt() {
        let cases: [(String, String?)] = [
            ("", nil), ("  \t", nil), ("/a b/", "/a b/"), ("~", "/home/mira"),
            ("~/Cloud", "/home/mira/Cloud"), (" ~/C d ", "/home/mira/C d"), ("~bob", "~bob"),
            ("a/~/b", "a/~/b"), ("sync\r", "sync"),
        ]
        for (typed, folder) in cases {
            #expect(FirstBackup.folder(typed, home: "/home/mira") == folder, "\(typed)")
        }
        #expect(FirstBackup.folder("~/x", home: nil) == "~/x")
    }
}
