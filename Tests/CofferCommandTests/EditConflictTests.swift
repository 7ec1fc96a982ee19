import Foundation
import Testing

/// `coffer edit` on a terminal, while somebody else changes the record.
@Suite(.enabled(if: BuiltProgram.isThere && Machine.hasExpect)) struct EditConflictTests {
    /// - Parameter meanwhile: What somebody else does the first time that the editor is open.
    private func box(meanwhile: String) throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.open(["add", "npcs", "id=a", "name=Anna"]).status == 0)
        try box.write(
            "editor.sh",
            """
            echo opened >>opened
            [ $(wc -l <opened) -eq 1 ] || exit 0
            sed -i s/Anna/Berta/ "$1"
            "$COFFER" \(meanwhile) --password-file password >/dev/null 2>&1

            """)
        box.environment["VISUAL"] = "sh ./editor.sh"
        return box
    }

    private func edit(_ box: Sandbox, _ script: String) throws -> Outcome {
        try box.write(
            "script.exp",
            """
            set timeout 20
            spawn $env(COFFER) edit npcs a --password-file password
            \(script)
            expect timeout { exit 9 } eof
            exit [lindex [wait] 3]

            """)
        return try box.shell("expect -f script.exp")
    }

    private func name(_ box: Sandbox) throws -> String {
        try box.open(["get", "npcs", "a", "--field", "name"]).output
    }

    @Test func showsWhatDiffersAndWritesOverItAfterASecondYes() throws {
        let box = try box(meanwhile: "set npcs a name=Carla role=smith")
        let edited = try edit(box, "expect \"y/E/n] \" { send \"y\\r\" }")
        #expect(edited.status == 0, "\(edited.output)")
        #expect(edited.output.contains("name: \"Carla\" there, \"Berta\" in your text"))
        #expect(edited.output.contains("role: \"smith\" there, absent in your text"))
        #expect(!edited.output.contains("id:"))
        #expect(try name(box) == "Berta\n")
        #expect(try box.open(["get", "npcs", "a", "--json"])["version"] as? Int == 3)
        #expect(try box.open(["undo"]).status == 0)
        #expect(try name(box) == "Carla\n")
    }

    @Test func whatIsEditedOnceMoreIsWrittenAgainstTheNewVersion() throws {
        let box = try box(meanwhile: "set npcs a name=Carla")
        let edited = try edit(box, "expect \"y/E/n] \" { send \"\\r\" }")
        #expect(edited.status == 0, "\(edited.output)")
        #expect(try box.read("opened") == "opened\nopened\n")
        #expect(try name(box) == "Berta\n")
    }

    @Test func aThirdChangeIsAConflictAgain() throws {
        let box = try box(meanwhile: "set npcs a name=Carla")
        let edited = try edit(
            box,
            """
            expect "y/E/n] "
            exec $env(COFFER) set npcs a name=Dora --password-file password
            send "y\\r"
            expect "Dora" { send "y\\r" }
            """)
        #expect(edited.status == 0, "\(edited.output)")
        #expect(try name(box) == "Berta\n")
        #expect(try box.open(["get", "npcs", "a", "--json"])["version"] as? Int == 4)
    }

    @Test func whatWasTypedIsShownBeforeItGoes() throws {
        let box = try box(meanwhile: "set npcs a name=Carla")
        let edited = try edit(
            box,
            """
            expect "y/E/n] " { send "n\\r" }
            expect "Show your text" { send "\\r" }
            expect "\\"name\\": \\"Berta\\""
            """)
        #expect(edited.status == 1, "\(edited.output)")
        #expect(edited.output.contains("\"name\": \"Berta\""))
        #expect(try name(box) == "Carla\n")
    }

    @Test func aFileThatTheEditorRemovedIsThereAgain() throws {
        let box = try box(meanwhile: "--version")
        try box.write(
            "editor.sh",
            """
            echo opened >>opened
            case $(wc -l <opened) in
            1) rm "$1" ;;
            2) sed -i s/Anna/Berta/ "$1" ;;
            esac

            """)
        let edited = try edit(box, "expect \"Y/n] \" { send \"\\r\" }")
        #expect(edited.status == 0, "\(edited.output)")
        #expect(try name(box) == "Berta\n")
    }

    @Test func aCollectionIsMadeAfterAYes() throws {
        let box = try Sandbox()
        try box.makeVault()
        box.environment["VISUAL"] = #"sed -i 's/"door"/"door", "text": "It sings."/'"#
        for (words, answer, status) in [
            ("add notes id=a", "n", Int32(1)), ("add notes id=a", "y", 0),
            ("edit others door", "y", 0),
        ] {
            try box.write(
                "script.exp",
                """
                set timeout 20
                spawn $env(COFFER) \(words) --password-file password
                expect "Make it? " { send "\(answer)\\r" } timeout { exit 9 }
                expect timeout { exit 9 } eof
                exit [lindex [wait] 3]

                """)
            let made = try box.shell("expect -f script.exp")
            #expect(made.status == status, "\(words): \(made.output)")
        }
        #expect(try box.open(["get", "notes", "a"]).status == 0)
        #expect(try box.open(["get", "others", "door", "--field", "text"]).output == "It sings.\n")
    }

    @Test func aRecordThatWasRemovedCanBeAddedAnew() throws {
        let box = try box(meanwhile: "rm npcs a")
        let edited = try edit(box, "expect \"removed meanwhile\" { send \"y\\r\" }")
        #expect(edited.status == 0, "\(edited.output)")
        #expect(try name(box) == "Berta\n")
    }
}
