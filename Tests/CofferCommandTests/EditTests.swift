import Foundation
import Testing

/// `coffer edit` with editors that are small scripts.
@Suite(.enabled(if: BuiltProgram.isThere)) struct EditTests {
    private func box(editor: String) throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.open(["add", "npcs", "id=a", "name=Anna"]).status == 0)
        try box.write("editor.sh", "#!/bin/sh\n" + editor)
        box.environment["VISUAL"] = "sh \(box.path("editor.sh"))"
        return box
    }

    private var leftovers: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/shm")) ?? []
        return names.filter { $0.hasPrefix("coffer-edit-") }
    }

    @Test func writesWhatTheEditorLeft() throws {
        let box = try box(editor: "sed -i s/Anna/Berta/ \"$1\"\n")
        let written = try box.open(["edit", "npcs", "a", "--json"])
        #expect(written.status == 0, "\(written.errors)")
        #expect(written["version"] as? Int == 2)
        #expect(try box.open(["get", "npcs", "a", "--field", "name"]).output == "Berta\n")
        #expect(try box.open(["undo"]).status == 0)
        #expect(try box.open(["get", "npcs", "a", "--field", "name"]).output == "Anna\n")
    }

    @Test func theTextLiesInMemoryAndIsNobodyElses() throws {
        let box = try box(
            editor: """
                stat -f -c %T "$1" >"\(NSTemporaryDirectory())/coffer-edit-where"
                stat -c %a "$1" "$(dirname "$1")" >>"\(NSTemporaryDirectory())/coffer-edit-where"

                """)
        let place = NSTemporaryDirectory() + "/coffer-edit-where"
        defer { try? FileManager.default.removeItem(atPath: place) }
        #expect(try box.open(["edit", "npcs", "a"]).status == 0)
        #expect(try String(contentsOfFile: place, encoding: .utf8) == "tmpfs\n600\n700\n")
    }

    @Test func anUnchangedTextWritesNothing() throws {
        let box = try box(editor: "touch \"$1\"\n")
        let outcome = try box.open(["edit", "npcs", "a"])
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("nothing was changed"))
        #expect(try box.open(["get", "npcs", "a", "--json"])["version"] as? Int == 1)
    }

    @Test func aNewRecordIsBegunWithWhatItNeeds() throws {
        let box = try box(
            editor: "grep -q name \"$1\" && printf '{\"id\":\"z\",\"name\":\"Zed\"}' >\"$1\"\n")
        let written = try box.open(["edit", "npcs", "--json"])
        #expect(written["created"] as? Bool == true, "\(written.errors)")
        #expect(try box.open(["get", "npcs", "z", "--field", "name"]).output == "Zed\n")
    }

    @Test(arguments: [
        ("printf '{\"id\":' >\"$1\"", Int32(7)), ("printf '[]' >\"$1\"", 7),
        ("printf '{\"id\":\"a\",\"name\":5}' >\"$1\"", 7),
        ("printf '{\"id\":\"b\",\"name\":\"Anna\"}' >\"$1\"", 7), ("exit 3", 1),
        ("rm \"$1\"", 4),
    ]) func whatCannotBeWrittenLeavesTheRecord(_ editor: String, _ status: Int32) throws {
        let box = try box(editor: editor + "\n")
        #expect(try box.open(["edit", "npcs", "a"]).status == status)
        #expect(try box.open(["get", "npcs", "a", "--json"])["version"] as? Int == 1)
    }

    @Test(arguments: [
        "ln -s /etc/passwd \"$1\"", "ln -s nowhere \"$1\"", "mkfifo \"$1\"", "mkdir \"$1\"",
    ]) func whatIsNoFileIsNeitherFollowedNorWaitedFor(_ making: String) throws {
        let box = try box(editor: "rm \"$1\"; \(making)\n")
        let outcome = try box.open(["edit", "npcs", "a"])
        #expect(outcome.status == 7, "\(outcome.errors)")
        #expect(outcome.errors.contains("is no regular file"))
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(try box.open(["get", "npcs", "a", "--json"])["version"] as? Int == 1)
    }

    @Test(.enabled(if: Machine.hasExpect), arguments: ["mkfifo", "mkdir -p"])
    func whatIsNoFileIsReplacedWhenTheEditorIsWantedAgain(_ making: String) throws {
        let box = try box(
            editor: """
                echo opened >>opened
                [ $(wc -l <opened) -eq 2 ] && exec sed -i s/Anna/Berta/ "$1"
                rm "$1" && \(making) "$1"

                """)
        try box.write(
            "script.exp",
            """
            set timeout 20
            spawn $env(COFFER) edit npcs a --password-file password
            expect "Edit again" { send "y\\r" }
            expect timeout { exit 9 } eof
            exit [lindex [wait] 3]

            """)
        let edited = try box.shell("expect -f script.exp")
        #expect(edited.status == 0, "\(edited.output)")
        #expect(try box.open(["get", "npcs", "a", "--field", "name"]).output == "Berta\n")
    }

    @Test func whatSomebodyElseWroteMeanwhileIsNotWrittenOver() throws {
        let box = try box(
            editor: """
                "$COFFER" set npcs a name=Carla --password-file "$PASSWORD" >/dev/null
                sed -i s/Anna/Berta/ "$1"

                """)
        box.environment["PASSWORD"] = box.path("password")
        let outcome = try box.open(["edit", "npcs", "a", "--json"])
        #expect(outcome.status == 5)
        #expect(outcome.code == "version-conflict")
        #expect(try box.open(["get", "npcs", "a", "--field", "name"]).output == "Carla\n")
    }

    @Test func aKilledEditLeavesNoText() throws {
        let box = try box(editor: "kill -9 $PPID\nsleep 1\n")
        let before = leftovers
        #expect(try box.open(["edit", "npcs", "a"]).status != 0)
        for _ in 0..<50 where leftovers != before { usleep(100_000) }
        #expect(Set(leftovers).subtracting(before).isEmpty)
    }
}
