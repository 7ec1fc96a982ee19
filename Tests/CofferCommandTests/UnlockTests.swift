import Foundation
import Testing

@Suite(.enabled(if: BuiltProgram.isThere)) struct UnlockTests {
    @Test(.enabled(if: Machine.hasKeyring)) func staysUnlockedUntilItIsLocked() throws {
        let box = try Sandbox()
        try box.makeVault()
        #expect(try box.run(["check", "--json"]).code == "locked")
        let unlocked = try box.open(["unlock", "--for", "2h", "--json"])
        #expect(unlocked["locked"] as? Bool == false)
        #expect(try box.run(["check"]).status == 0)
        #expect(try box.run(["status", "--json"])["locked"] as? Bool == false)
        #expect(try box.run(["lock", "--json"])["locked"] as? Int == 1)
        #expect(try box.run(["lock", "--json"])["locked"] as? Int == 0)
        #expect(try box.run(["check"]).status == 3)
        #expect(try box.run(["status", "--json"])["locked"] as? Bool == true)
    }

    @Test(.enabled(if: Machine.hasKeyring)) func expires() throws {
        let box = try Sandbox()
        try box.makeVault()
        #expect(try box.open(["unlock", "--for", "1s"]).status == 0)
        #expect(try box.shell(#"sleep 1.2; "$COFFER" check"#).status == 3)
    }

    @Test(.enabled(if: Machine.hasKeyring)) func unlockAsksForThePasswordWhateverIsKept() throws {
        let box = try Sandbox()
        try box.makeVault()
        #expect(try box.open(["unlock"]).status == 0)
        #expect(try box.run(["unlock"]).status == 3)
    }

    @Test(arguments: [
        "", "1", "0s", "-1s", "1w", "99h", "99999999999999999999s", "18446744073709551615h",
    ])
    func refusesASpanOfNoTime(span: String) throws {
        let box = try Sandbox()
        try box.makeVault()
        #expect(try box.open(["unlock", "--for=\(span)"]).status == 2)
    }

    @Test func wrongPasswordsAreToldAndCounted() throws {
        let box = try Sandbox()
        try box.makeVault()
        try box.write("wrong", "not it\n")
        let wrong = try box.run(["check", "--json", "--password-file", "wrong"])
        #expect(wrong.status == 3)
        #expect(wrong.code == "wrong-password")
        #expect(try box.run(["check", "--json", "--password-file", "nowhere"]).code == "no-file")
        try box.write("empty", "\n")
        #expect(try box.run(["check", "--json", "--password-file", "empty"]).code == "invalid")
    }

    @Test(arguments: [
        "correct horse battery", "correct horse battery\n", "correct horse battery\r\n",
    ])
    func oneLineEndIsDropped(password: String) throws {
        let box = try Sandbox()
        try box.makeVault()
        try box.write("typed", password)
        #expect(try box.run(["check", "--password-file", "typed"]).status == 0)
        let byDescriptor = try box.shell(#""$COFFER" check --password-fd 7 7<typed"#)
        #expect(byDescriptor.status == 0)
        let byCommand = try box.run(["check", "--password-command", "cat typed"])
        #expect(byCommand.status == 0)
        let byInput = try box.run(["check", "--password-fd", "0"], input: password)
        #expect(byInput.status == 0)
    }

    @Test(arguments: [
        "correct horse battery\n\n", " correct horse battery", "correct horse battery ",
    ])
    func nothingElseIsDropped(password: String) throws {
        let box = try Sandbox()
        try box.makeVault()
        try box.write("typed", password)
        #expect(try box.run(["check", "--password-file", "typed"]).status == 3)
    }

    @Test func composedAndDecomposedPasswordsAreTheSame() throws {
        let box = try Sandbox()
        try box.write("password", "Zo\u{EB} and friends")
        try box.makeVault()
        try box.write("typed", "Zoe\u{308} and friends")
        #expect(try box.run(["check", "--password-file", "typed"]).status == 0)
    }

    @Test func refusesPasswordsThatCannotBeSet() throws {
        let box = try Sandbox()
        for bytes in [Data([0x61, 0, 0x62]), Data([0xFF, 0x61]), Data(), Data("\u{10FFFE}".utf8)] {
            try bytes.write(to: box.folder.appendingPathComponent("password"))
            #expect(try box.makeVault().code == "invalid")
            #expect(!box.exists("game.coffer"))
        }
        try Data(repeating: 0x61, count: 1_048_577)
            .write(to: box.folder.appendingPathComponent("password"))
        #expect(try box.makeVault().code == "invalid")
        try Data(repeating: 0x61, count: 1_048_576)
            .write(to: box.folder.appendingPathComponent("password"))
        #expect(try box.makeVault().status == 0)
        #expect(try box.open(["check"]).status == 0)
    }

    @Test func theRecoveryKeyOpensToo() throws {
        let box = try Sandbox()
        let made = try box.makeVault()
        try box.write("key", (made["recoveryKey"] as? String ?? "") + "\n")
        #expect(try box.run(["check", "--recovery-key-file", "key"]).status == 0)
        let both = try box.run(
            ["check", "--recovery-key-file", "key", "--password-file", "password"])
        #expect(both.status == 2)
    }

    @Test func noOptionTakesAPassword() throws {
        let box = try Sandbox()
        try box.makeVault()
        for option in ["--password", "--new-password", "--recovery-key", "-p"] {
            #expect(try box.run(["check", "\(option)=\(Sandbox.password)"]).status == 2)
        }
        box.environment = [
            "COFFER_PASSWORD": Sandbox.password, "PASSWORD": Sandbox.password,
            "COFFER_RECOVERY_KEY": Sandbox.password,
        ]
        #expect(try box.run(["check"]).status == 3)
    }

    @Test func aPasswordCommandThatFailsIsNoPassword() throws {
        let box = try Sandbox()
        try box.makeVault()
        let failed = try box.run(["check", "--password-command", "cat password; exit 3"])
        #expect(failed.status == 8)
        #expect(try box.run(["check", "--password-fd", "9"]).status == 8)
        #expect(try box.run(["check", "--password-fd", "one"]).status == 2)
    }
}
