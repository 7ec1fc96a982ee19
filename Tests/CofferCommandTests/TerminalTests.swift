import Foundation
import Testing

/// The program on a terminal, by means of expect(1).
@Suite(.enabled(if: BuiltProgram.isThere && Machine.hasExpect)) struct TerminalTests {
    private func expect(_ box: Sandbox, _ script: String) throws -> Outcome {
        try box.write("script.exp", "set timeout 20\nset coffer $env(COFFER)\n" + script)
        return try box.shell("expect -f script.exp")
    }

    private static let end = """

        expect eof
        exit [lindex [wait] 3]

        """

    @Test func initAsksTwiceAndShowsTheRecoveryKeyOnce() throws {
        let box = try Sandbox()
        let made = try expect(
            box,
            """
            spawn $coffer init ./game.coffer --kdf-memory 64 --kdf-passes 1
            expect "New password: " { send "one two\\r" }
            expect "again: " { send "one three\\r" }
            expect "differ"
            expect "New password: " { send "one two\\r" }
            expect "again: " { send "one two\\r" }
            expect -re {(coffer-recovery1[a-z0-9]+)}
            set key $expect_out(1,string)
            expect "characters: " { send "xxxx\\r" }
            expect "not its end"
            expect "characters: " { send "[string range $key end-3 end]\\r" }
            expect "(empty for none): " { send "\\r" }
            """ + Self.end)
        #expect(made.status == 0, "\(made.output)")
        #expect(made.output.components(separatedBy: "Folder for backups").count == 2)
        #expect(!made.output.contains("one two"), "what is typed is not shown")
        try box.write("password", "one two")
        #expect(try box.open(["check"]).status == 0)
    }

    @Test func exportingEverythingWarnsBefore() throws {
        let box = try Sandbox()
        try box.makeVault()
        let out = try expect(
            box,
            """
            spawn $coffer export --everything out --password-file password
            expect "out will hold the whole vault, readable by anyone who gets it"
            expect "0 collections, 0 records, readable by anyone with the folder."
            """ + Self.end)
        #expect(out.status == 0, "\(out.output)")
    }

    @Test func asksThreeTimesAtMost() throws {
        let box = try Sandbox()
        try box.makeVault()
        let right = try expect(
            box,
            """
            spawn $coffer check
            expect "Password for game: " { send "wrong\\r" }
            expect "Password for game: " { send "\(Sandbox.password)\\r" }
            """ + Self.end)
        #expect(right.status == 0, "\(right.output)")
        let wrong = try expect(
            box,
            """
            spawn $coffer check
            expect "Password for game: " { send "wrong\\r" }
            expect "Password for game: " { send "wrong\\r" }
            expect "Password for game: " { send "wrong\\r" }
            """ + Self.end)
        #expect(wrong.status == 3)
    }

    @Test func echoComesBackAfterCtrlC() throws {
        let box = try Sandbox()
        try box.makeVault()
        let stopped = try expect(
            box,
            """
            spawn -noecho sh -c "trap : INT; $coffer check; echo status=\\$?; stty -a | grep -w -- -echo || echo shown"
            expect "Password for game: " { send "\\003" }
            expect eof
            """)
        #expect(stopped.output.contains("status=130"), "\(stopped.output)")
        #expect(stopped.output.contains("shown"), "\(stopped.output)")
    }

    @Test func asksBeforeRemovingSeveralAndNamesTheVaultAfterwards() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        for id in ["a", "b"] { _ = try box.open(["add", "npcs", "id=\(id)", "name=\(id)"]) }
        let no = try expect(
            box,
            """
            spawn $coffer rm npcs a b --password-file password
            expect "Remove 2 records of npcs?" { send "\\r" }
            """ + Self.end)
        #expect(no.status == 1)
        let yes = try expect(
            box,
            """
            spawn $coffer rm npcs a b --password-file password
            expect "Remove 2 records of npcs?" { send "y\\r" }
            """ + Self.end)
        #expect(yes.status == 0, "\(yes.output)")
        #expect(yes.output.contains("game: 2 records removed"))
    }

    @Test func saysWhatIsRemovedForGood() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        for id in ["a", "b"] { _ = try box.open(["add", "npcs", "id=\(id)", "name=\(id)"]) }
        for (words, question) in [
            ("a", "Remove it for good, with its older versions?"),
            ("a b", "Remove 2 records of npcs for good, with their older versions?"),
            ("--where 1", "Remove 2 records of npcs for good, with their older versions?"),
            ("--where id='a'", "Remove 1 record of npcs for good, with its older versions?"),
        ] {
            let no = try expect(
                box,
                """
                spawn $coffer rm npcs \(words) --now --password-file password
                expect "\(question)" { send "\\r" } timeout { exit 9 }
                """ + Self.end)
            #expect(no.status == 1, "\(words): \(no.output)")
        }
    }

    @Test(.enabled(if: Machine.hasKeyring)) func thePromptOfSQLEndsWhenTheVaultIsLocked() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.open(["unlock"]).status == 0)
        let locked = try expect(
            box,
            """
            spawn $coffer sql
            expect "coffer> " { send "select 6 * 7 as n;\\r" }
            expect "42"
            expect "coffer> "
            exec $coffer lock -q
            expect timeout { exit 9 } eof
            exit [lindex [wait] 3]
            """)
        #expect(locked.status == 3, "\(locked.output)")
        #expect(locked.output.contains("the vault was locked meanwhile"), "\(locked.output)")
        // One with a password of its own stays.
        let own = try expect(
            box,
            """
            spawn $coffer sql --password-file password
            expect "coffer> "
            exec $coffer lock -q
            sleep 2
            send "select 6 * 7 as n;\\r"
            expect "42" { send "\\004" } timeout { exit 9 }
            """ + Self.end)
        #expect(own.status == 0, "\(own.output)")
    }

    @Test func theTableFitsTheTerminalAndShowsNoEscapes() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        let long = String(repeating: "long ", count: 50)
        _ = try box.open([
            "add", "npcs", "id=a", "name=\u{1B}[2J", "role=\(long)", "secret=\(long)",
        ])
        let shown = try expect(
            box,
            """
            spawn sh -c "stty cols 50; $coffer list npcs --password-file password; $coffer list npcs --json --password-file password"
            expect eof
            """)
        #expect(!shown.output.contains("\u{1B}[2J"))
        #expect(shown.output.contains("\\u{1b}[2J"))
        #expect(shown.output.contains("\\u001b[2J"))
        let rows = shown.output.split(whereSeparator: \.isNewline).filter {
            $0.hasPrefix("KEY") || $0.hasPrefix("a ")
        }
        #expect(rows.count == 2)
        #expect(rows.allSatisfy { $0.count <= 50 }, "\(rows)")
    }
}
