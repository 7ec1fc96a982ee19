import Foundation
import Testing

/// `coffer key` and `coffer passwd`, from the outside.
@Suite(.enabled(if: BuiltProgram.isThere)) struct KeyCommandTests {
    @Test(arguments: [["passwd"], ["rotate", "password"]])
    func onlyTheNewPasswordOpensAfterAChange(words: [String]) throws {
        let box = try Sandbox.withPasswords()
        let changed = try box.open(
            words + ["--new-password-file", "new", "--json"] + Sandbox.cheap)
        #expect(changed.status == 0, "\(changed)")
        #expect(changed["slot"] as? Int == 2)
        #expect(changed["removed"] as? Int == 1)
        #expect(changed["state"] as? String == "done")
        #expect(try box.open("check", "--json", by: "password").code == "wrong-password")
        #expect(try box.open("check", by: "new").status == 0)
        let listed = try box.slots(by: "new")
        #expect(listed.map { $0["slot"] as? Int } == [2])
        #expect(listed.map { $0["label"] as? String } == ["password"])
        #expect(listed.map { $0["days"] as? Int } == [0])
    }

    @Test func oneLineSaysThatOldCopiesOpenAndNamesRotateRoot() throws {
        let box = try Sandbox.withPasswords()
        let changed = try box.open(["passwd", "--new-password-file", "new"] + Sandbox.cheap)
        let lines = changed.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(changed.errors)")
        #expect(lines.first?.contains("old copy of the vault") == true)
        #expect(lines.first?.contains("coffer rotate root") == true)
        #expect(try box.shell("cp -r game.coffer copy.coffer").status == 0)
        let again = ["--new-password-file", "third"] + Sandbox.cheap
        #expect(
            try box.run(["--vault", "game", "passwd", "--password-file", "new"] + again).status == 0
        )
        // It is true.
        box.environment["XDG_STATE_HOME"] = box.path("elsewhere")
        #expect(try box.run(["--vault", "copy", "check", "--password-file", "new"]).status == 0)
        #expect(try box.run(["--vault", "game", "check", "--password-file", "new"]).status == 3)
    }

    @Test func aWrongOldPasswordChangesNothing() throws {
        let box = try Sandbox.withPasswords()
        let before = try Data(contentsOf: URL(filePath: box.path("game.coffer/vault.sqlite")))
        let refused = try box.run(
            ["passwd", "--password-file", "third", "--new-password-file", "new", "--json"]
                + Sandbox.cheap)
        #expect(refused.status == 3)
        #expect(refused.code == "wrong-password")
        #expect(
            try box.run(["passwd", "--new-password-file", "new", "--json"]).code == "locked")
        #expect(try Data(contentsOf: URL(filePath: box.path("game.coffer/vault.sqlite"))) == before)
    }

    @Test(.enabled(if: Machine.hasKeyring)) func anUnlockedVaultAsksOnlyForTheNewPassword() throws {
        let box = try Sandbox.withPasswords()
        #expect(try box.open(["unlock"]).status == 0)
        let words = ["passwd", "--new-password-file", "new", "--json"] + Sandbox.cheap
        #expect(try box.run(words)["removed"] as? Int == 1)
        // The key that the kernel keeps goes on opening.
        #expect(try box.run(["check"]).status == 0)
        // With several passwords it must be said which.
        let added = try box.run(
            ["key", "add-password", "--new-password-file", "third", "--json"] + Sandbox.cheap)
        #expect(added["slot"] as? Int == 3)
        #expect(try box.run(words).code == "usage")
        #expect(try box.run(words + ["--slot", "3"])["removed"] as? Int == 3)
        #expect(try box.run(words + ["--slot", "3"]).code == "no-slot")
        // A password that is given says it, too.
        try box.write("second", "yet another\n")
        let own = try box.run(
            ["passwd", "--new-password-file", "second", "--json", "--password-file", "new"]
                + Sandbox.cheap)
        #expect(own["removed"] as? Int == 2, "\(own)")
    }

    @Test func theRecoveryKeyIsEnoughToSetAnotherPassword() throws {
        let box = try Sandbox()
        let made = try box.makeVault()
        try box.write("key", made["recoveryKey"] as? String ?? "")
        try box.write("new", "remembered this time")
        let changed = try box.run(
            [
                "passwd", "--recovery-key-file", "key", "--new-password-file", "new", "--json",
            ] + Sandbox.cheap)
        #expect(changed["removed"] as? Int == 1, "\(changed)")
        #expect(try box.open("check", by: "new").status == 0)
        #expect(try box.run(["check", "--recovery-key-file", "key"]).status == 0)
    }

    @Test func theHashGoesUpToTodaysAndNeverDown() throws {
        let box = try Sandbox.withPasswords()
        let first = try box.open(
            ["passwd", "--new-password-file", "new", "--kdf-memory", "128", "--kdf-passes", "5"])
        #expect(first.status == 0, "\(first)")
        let second = try box.run(
            ["passwd", "--password-file", "new", "--new-password-file", "third"] + Sandbox.cheap)
        #expect(second.status == 0)
        var hash = try box.slots(by: "third")[0]["hash"] as? [String: Int]
        #expect(hash == ["memory": 128, "passes": 5])
        // Without a word it is today's.
        let third = try box.run(
            ["passwd", "--password-file", "third", "--new-password-file", "new"])
        #expect(third.status == 0)
        hash = try box.slots(by: "new")[0]["hash"] as? [String: Int]
        #expect(hash == ["memory": 262_144, "passes": 5])
        let refused = try box.run(
            [
                "passwd", "--password-file", "new", "--new-password-file", "third", "--kdf-passes",
                "33",
            ])
        #expect(refused.status == 2)
    }

    @Test func addedPasswordsOpenBesideTheOthers() throws {
        let box = try Sandbox.withPasswords()
        #expect(try box.addSlot(["add-password", "--label", "Ann's"])["slot"] as? Int == 2)
        for password in ["password", "new"] {
            #expect(try box.open("check", by: password).status == 0)
        }
        #expect(try box.slots().map { $0["label"] as? String } == ["password", "Ann's"])
        let refused = try box.open(["key", "add-password", "--json"] + Sandbox.cheap)
        #expect(refused.code == "usage")
        try Data([0x61, 0]).write(to: URL(filePath: box.path("third")))
        #expect(try box.addSlot(["add-password"], new: "third").code == "invalid")
        #expect(try box.slots().count == 2)
    }

    @Test func aNewRecoveryKeyIsHandedOverOnceOrThereIsNone() throws {
        let box = try Sandbox.withPasswords()
        #expect(try box.open(["key", "add-recovery"]).status == 2)
        let added = try box.open(["key", "add-recovery", "--json"])
        try box.write("key", added["recoveryKey"] as? String ?? "")
        #expect(try box.run(["check", "--recovery-key-file", "key"]).status == 0)
        let sheet = try box.open(["key", "add-recovery", "--sheet", "sheet.txt"])
        #expect(sheet.status == 0, "\(sheet)")
        #expect(box.mode("sheet.txt") == 0o600)
        let key = try #require(box.read("sheet.txt").firstMatch(of: /coffer-recovery1[a-z0-9]+/))
        try box.write("key", String(key.output))
        #expect(try box.run(["check", "--recovery-key-file", "key"]).status == 0)
        #expect(try box.slots().count == 3)
        #expect(try box.open(["key", "add-recovery", "--sheet", "sheet.txt"]).status == 5)
        let full = try box.shell(
            #""$COFFER" key add-recovery --json --password-file password >/dev/full"#)
        #expect(full.status == 8, "\(full)")
        #expect(try box.slots().count == 3)
    }

    @Test func aSlotThatWasRemovedOpensNothing() throws {
        let box = try Sandbox.withPasswords()
        #expect(try box.addSlot(["add-password"]).status == 0)
        let asked = try box.open(["key", "remove", "2", "--json"])
        #expect(asked.code == "usage", "nobody can be asked")
        let removed = try box.open(["key", "remove", "2", "--yes", "--json"])
        #expect(removed["removed"] as? Int == 2)
        #expect(removed["state"] as? String == "done")
        #expect(try box.open("check", by: "new").status == 3)
        #expect(try box.open("check", by: "password").status == 0)
        #expect(try box.open(["key", "remove", "2", "--yes", "--json"]).code == "no-slot")
        #expect(try box.open(["key", "remove", "two", "--yes"]).status == 2)
    }

    @Test func theLastSlotCannotGo() throws {
        let box = try Sandbox.withPasswords()
        let refused = try box.open(["key", "remove", "1", "--json"])
        #expect(refused.code == "last-slot", "refused before anybody is asked")
        #expect(refused.status == 5)
        #expect(try box.open("check", by: "password").status == 0)
    }

    @Test func whoHasNeverUsedNumbersGetsAnother() throws {
        let box = try Sandbox.withPasswords()
        #expect(try box.addSlot(["add-password"])["slot"] as? Int == 2)
        #expect(try box.open(["key", "remove", "2", "--yes"]).status == 0)
        #expect(try box.addSlot(["add-password"])["slot"] as? Int == 3)
    }

    @Test func labelsAreKeptAndShownSafely() throws {
        let box = try Sandbox.withPasswords()
        #expect(try box.open(["key", "label", "1", "at home \u{1B}[31m"]).status == 0)
        let listed = try box.open(["key", "list"])
        #expect(listed.output.contains("at home"))
        #expect(!listed.output.contains("\u{1B}"))
        #expect(try box.slots()[0]["label"] as? String == "at home \u{1B}[31m")
        let long = String(repeating: "x", count: 257)
        #expect(try box.open(["key", "label", "1", long, "--json"]).code == "invalid")
        #expect(try box.open(["key", "label", "1", String(long.dropLast())]).status == 0)
        #expect(try box.open(["key", "label", "7", "x", "--json"]).code == "no-slot")
        #expect(try box.addSlot(["add-password", "--label", long]).code == "invalid")
        #expect(try box.slots().count == 1)
    }

    @Test func moreThanEightPasswordsOrSixteenSlotsAreRefused() throws {
        let box = try Sandbox.withPasswords()
        try box.write("stick", "a keyfile")
        for count in 2...8 {
            let words = count % 2 == 0 ? ["add-password"] : ["add-keyfile", "stick"]
            #expect(try box.addSlot(words).status == 0, "\(count)")
        }
        #expect(try box.addSlot(["add-password"]).code == "invalid")
        #expect(try box.addSlot(["add-keyfile", "stick"]).code == "invalid")
        for count in 9...16 {
            #expect(try box.open(["key", "add-recovery", "--json"]).status == 0, "\(count)")
        }
        #expect(try box.open(["key", "add-recovery", "--json"]).code == "invalid")
        #expect(try box.slots().count == 16)
        // In the place of another one there is always room.
        let changed = try box.open(["passwd", "--new-password-file", "third"] + Sandbox.cheap)
        #expect(changed.status == 0, "\(changed)")
        #expect(try box.open("check", by: "third").status == 0)
    }

    @Test func whatWasDoneStandsOnTheAuditLogWithoutSecrets() throws {
        let box = try Sandbox.withPasswords()
        #expect(try box.addSlot(["add-password"]).status == 0)
        #expect(try box.open(["key", "label", "2", "hers"]).status == 0)
        #expect(try box.open(["key", "remove", "2", "--yes"]).status == 0)
        #expect(try box.open(["passwd", "--new-password-file", "new"] + Sandbox.cheap).status == 0)
        #expect(
            try box.run(["export", "--everything", "all", "--password-file", "new"]).status == 0)
        let check = try box.run(["check", "--json", "--password-file", "new"])
        #expect(check["ok"] as? Bool == true)
    }

    @Test(.enabled(if: Machine.hasExpect)) func onATerminalTheNewPasswordIsTypedTwice() throws {
        let box = try Sandbox.withPasswords()
        try box.write(
            "script.exp",
            """
            set timeout 20
            spawn $env(COFFER) passwd --kdf-memory 64 --kdf-passes 1
            expect "Password for game: " { send "\(Sandbox.password)\\r" }
            expect "New password: " { send "a new password\\r" }
            expect "again: " { send "a new pasword\\r" }
            expect "differ"
            expect "New password: " { send "a new password\\r" }
            expect "again: " { send "a new password\\r" }
            expect "slot 2 is in the place of slot 1"
            expect eof
            exit [lindex [wait] 3]
            """)
        let changed = try box.shell("expect -f script.exp")
        #expect(changed.status == 0, "\(changed.output)")
        #expect(!changed.output.contains("a new"))
        #expect(try box.open("check", by: "new").status == 0)
    }
}
