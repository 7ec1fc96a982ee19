import Foundation
import Testing

/// Maintenance that has found the vault locked, and the next unlock or lock.
@Suite(.enabled(if: BuiltProgram.isThere)) struct DueTests {
    private func box(policy: Bool = true) throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.open(["add", "npcs", "id=ana", "name=Ana"]).status == 0)
        if policy {
            #expect(try box.open(["backup", "policy", "--to", "backups"]).status == 0)
        }
        return box
    }

    private func dueSince(_ box: Sandbox) throws -> String? {
        try box.run(["status", "--json"])["dueSince"] as? String
    }

    private func bundles(_ box: Sandbox) -> Int {
        let names = try? FileManager.default.contentsOfDirectory(atPath: box.path("backups"))
        return (names ?? []).count { $0.hasSuffix(".coffer-bundle") }
    }

    @Test func aLockedVaultIsNotedOnceAndIsNoFailureOfATimer() throws {
        let box = try box()
        #expect(try dueSince(box) == nil)
        #expect(try box.run(["maintain", "--dry-run"]).status == 3)
        #expect(try box.run(["maintain", "--dry-run", "--unattended"]).status == 0)
        #expect(try dueSince(box) == nil)
        let locked = try box.run(["maintain", "--json"])
        #expect(locked.status == 3)
        #expect(locked.code == "locked")
        let since = try #require(try dueSince(box))
        for words in [[], ["-q"]] {
            let timer = try box.run(["maintain", "--unattended"] + words)
            #expect(timer.status == 0)
            #expect(timer.output.split(separator: "\n").count == 1)
            #expect(timer.output.contains("game is locked"))
            #expect(timer.errors.isEmpty)
        }
        #expect(try box.run(["maintain", "--unattended", "--json"]).output == "[]\n")
        #expect(try dueSince(box) == since, "the first time counts")
        #expect(
            try box.run(["status"]).output.contains("due since   \(since), when maintenance"))
        // With a password it does its work, also unattended, and nothing waits any more.
        let done = try box.open(["maintain", "--unattended", "--json"])
        #expect(done.status == 0)
        #expect((done.json as? [Any])?.count ?? 0 > 1)
        #expect(try dueSince(box) == nil)
        #expect(bundles(box) == 1)
    }

    @Test func aWrongPasswordIsAFailureAndNoNote() throws {
        let box = try box()
        try box.write("wrong", "no")
        for words in [[], ["--unattended"]] {
            let wrong = try box.run(["maintain", "--password-file", "wrong"] + words)
            #expect(wrong.status == 3)
        }
        #expect(try dueSince(box) == nil)
    }

    @Test(arguments: [
        [], [1, 2, 3], [UInt8](repeating: 0xFF, count: 8), [0x7F, 0, 0, 0, 0, 0, 0, 1],
    ])
    func aNoteThatSomebodyHasSpoiltDoesNoHarm(bytes: [UInt8]) throws {
        let box = try box()
        #expect(try box.run(["maintain", "--unattended"]).status == 0)
        let folder = "home/.local/state/coffer"
        let names = try FileManager.default.contentsOfDirectory(atPath: box.path(folder))
        let note = try #require(names.first { $0.hasSuffix("-due") })
        #expect(box.mode("\(folder)/\(note)") == 0o600)
        try Data(bytes).write(to: box.folder.appendingPathComponent("\(folder)/\(note)"))
        #expect(try box.run(["status"]).status == 0)
        #expect(try box.open(["maintain"]).status == 0)
    }

    @Test(.enabled(if: Machine.hasKeyring)) func theNextUnlockTakesWhatIsDue() throws {
        let box = try box()
        #expect(try box.open(["unlock"]).errors.contains("backup  ") == false, "nothing waits")
        #expect(bundles(box) == 0)
        #expect(try box.run(["lock"]).status == 0)
        #expect(try box.run(["maintain", "--unattended"]).status == 0)
        let unlocked = try box.open(["unlock", "--json"])
        #expect(unlocked.status == 0)
        #expect(unlocked["locked"] as? Bool == false)
        let lines = unlocked.errors.split(separator: "\n").map(String.init)
        #expect(
            lines.map { String($0.prefix { $0 != " " }) } == ["backup", "prune", "check", "drill"])
        #expect(bundles(box) == 1)
        #expect(try dueSince(box) == nil)
        #expect(try box.run(["check"]).status == 0, "it is unlocked")
    }

    @Test(.enabled(if: Machine.hasKeyring)) func quietlyItIsDoneWithoutAWord() throws {
        let box = try box()
        #expect(try box.run(["maintain", "--unattended"]).status == 0)
        let unlocked = try box.open(["unlock", "-q"])
        #expect(unlocked.status == 0)
        #expect(unlocked.errors.isEmpty)
        #expect(bundles(box) == 1)
    }

    @Test(.enabled(if: Machine.hasKeyring)) func withoutAPolicyNothingIsTaken() throws {
        let box = try box(policy: false)
        #expect(try box.run(["maintain", "--unattended"]).status == 0)
        #expect(try dueSince(box) != nil)
        let unlocked = try box.open(["unlock", "--json"])
        #expect(unlocked.status == 0)
        #expect(unlocked.errors.isEmpty)
        #expect(try dueSince(box) == nil)
    }

    @Test(.enabled(if: Machine.hasKeyring)) func whatFailsKeepsNobodyFromUnlockingOrLocking() throws
    {
        let box = try box()
        try box.write("backups", "in the way")
        #expect(try box.run(["maintain", "--unattended"]).status == 0)
        let since = try #require(try dueSince(box))
        let unlocked = try box.open(["unlock", "--json"])
        #expect(unlocked.status == 0)
        #expect(unlocked["locked"] as? Bool == false)
        #expect(unlocked.errors.contains("warning: backup"))
        #expect(try dueSince(box) == since, "it goes on waiting")
        let failed = try box.run(["lock", "--json"])
        #expect(failed.status == 0)
        #expect(failed["locked"] as? Int == 1)
        #expect(failed.errors.contains("warning: backup"))
        #expect(try box.run(["check"]).status == 3, "it is locked")
        try FileManager.default.removeItem(atPath: box.path("backups"))
        #expect(try box.open(["unlock", "-q", "--json"])["locked"] as? Bool == false)
        #expect(bundles(box) == 1)
        #expect(try dueSince(box) == nil)
    }

    @Test(.enabled(if: Machine.hasKeyring)) func theNextLockTakesWhatIsDue() throws {
        let box = try box()
        try box.write("backups", "in the way")
        #expect(try box.run(["maintain", "--unattended"]).status == 0)
        #expect(try box.open(["unlock"]).status == 0)
        try FileManager.default.removeItem(atPath: box.path("backups"))
        let locked = try box.run(["lock"])
        #expect(locked.status == 0)
        #expect(locked.errors.contains("backup  "))
        #expect(locked.errors.contains("game is locked."))
        #expect(bundles(box) == 1)
        #expect(try dueSince(box) == nil)
        #expect(try box.run(["check"]).status == 3)
    }

    /// Somebody else writes, so that a backup has to wait; it is ended then.
    @Test(.enabled(if: Machine.hasKeyring && hasSQLite), arguments: ["lock", "unlock"])
    func aSignalInTheMiddleLeavesTheVaultAsAskedFor(command: String) throws {
        let box = try box()
        try box.write("backups", "in the way")
        #expect(try box.run(["maintain", "--unattended"]).status == 0)
        if command == "lock" { #expect(try box.open(["unlock"]).status == 0) }
        try FileManager.default.removeItem(atPath: box.path("backups"))
        let ended = try box.shell(
            """
            hold() { printf 'BEGIN IMMEDIATE;\\n.shell sleep 4\\n' | sqlite3 game.coffer/vault.sqlite; }
            if [ "$1" = lock ]; then hold & sleep 1; fi
            "$COFFER" --vault ./game.coffer "$1" --password-file password & it=$!
            if [ "$1" = unlock ]; then
                # Once it is unlocked, so that it is the backup that waits.
                while [ -z "$("$COFFER" --vault ./game.coffer status | grep 'unlocked until')" ]
                do sleep 0.01; done
                hold & :
            fi
            sleep 1.5
            "$COFFER" --vault ./game.coffer list npcs >/dev/null 2>&1; echo "meanwhile $?"
            kill -TERM $it; wait $it; echo "ended $?"
            wait
            """, [command])
        let lines = ended.output.split(separator: "\n")
        #expect(lines.contains(command == "lock" ? "meanwhile 3" : "meanwhile 0"), "\(ended)")
        if command == "lock" { #expect(lines.contains("ended 143"), "\(ended)") }
        #expect(try box.run(["list", "npcs"]).status == (command == "lock" ? 3 : 0))
        #expect(try box.open(["check"]).status == 0)
    }

    private static let hasSQLite: Bool = {
        if FileManager.default.isExecutableFile(atPath: "/usr/bin/sqlite3") { return true }
        print("SKIPPED: sqlite3 is not installed, so nobody makes a backup wait here.")
        return false
    }()
}
