import Foundation
import Testing

/// What the program does where a file was changed behind its back.
@Suite(.enabled(if: BuiltProgram.isThere)) struct HostileFileTests {
    /// Runs SQL on the vault's file; false where sqlite3 is not installed.
    private func change(_ box: Sandbox, _ sql: String) throws -> Bool {
        let outcome = try box.shell(
            "command -v sqlite3 >/dev/null || exit 99\nsqlite3 game.coffer/vault.sqlite \"$1\"",
            [sql])
        guard outcome.status != 99 else {
            print("SKIPPED: sqlite3 is not installed, so no file is changed here.")
            return false
        }
        #expect(outcome.status == 0, "\(outcome.errors)")
        return true
    }

    @Test func nothingIsWrittenUnderThePersonKeyThatDoesNotOpen() throws {
        let box = try Sandbox()
        try box.makeVault()
        try box.write(
            "diary.schema.json",
            #"""
            {"type":"object","coffer:subject":"who","properties":{"id":{"type":"string"},
            "who":{"type":"string"},
            "text":{"type":"string","coffer:personal":{"category":"content"}}}}
            """#)
        #expect(try box.open(["schema", "apply", "diary.schema.json"]).status == 0)
        #expect(try box.open(["add", "diary", "who=ann", "text=first"]).status == 0)
        guard
            try change(
                box, "UPDATE dkey SET seal = zeroblob(length(seal)) WHERE who IS NOT NULL")
        else { return }
        let added = try box.open(["add", "diary", "who=ann", "text=second"])
        #expect(added.status == 6, "\(added.errors)")
        try box.write("diary.ndjson", "{\"who\":\"ann\",\"text\":\"third\"}\n")
        #expect(try box.open(["import", "diary.ndjson"]).status == 6)
        // Nobody else's records are held up.
        #expect(try box.open(["add", "diary", "who=bob", "text=other"]).status == 0)
    }

    @Test(arguments: [Int64.max, Int64.max - 1, Int64.max - 2])
    func aRowNumberAtTheEndEndsNoProcess(_ number: Int64) throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.open(["add", "npcs", "id=a", "name=A"]).status == 0)
        guard try change(box, "UPDATE c_4 SET rid = \(number)") else { return }
        try box.write("npcs.ndjson", #"{"id":"b","name":"B"}"# + "\n" + #"{"id":"c","name":"C"}"#)
        for words in [["add", "npcs", "id=d", "name=D"], ["import", "npcs.ndjson"]] {
            let outcome = try box.open(words)
            #expect([0, 1, 6, 7, 8].contains(outcome.status), "\(words): \(outcome.status)")
            #expect(outcome.status == 0 || outcome.errors.split(separator: "\n").count == 1)
        }
        #expect(try box.open(["check"]).status == 6)
    }

    @Test func aMemoryOfWhatCannotBeIsNone() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.open(["add", "npcs", "id=a", "name=A"]).status == 0)
        let outcome = try box.shell(
            """
            for file in home/.local/state/coffer/*-*-*; do
                case $file in *failures) continue ;; esac
                printf '\\377\\377\\377\\377\\377\\377\\377\\377' |
                    dd of="$file" bs=1 seek=32 conv=notrunc 2>/dev/null
            done
            """)
        #expect(outcome.status == 0)
        #expect(try box.open(["get", "npcs", "a"]).status == 0)
        #expect(try box.open(["accept-older", "--yes"]).status == 0)
    }

    @Test func twoVaultsThatChangedPlacesAreNoticed() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        try box.makeVault("other", ["--template", "campaign"])
        for (name, value) in [("game", "right"), ("other", "wrong")] {
            let words = ["--vault", name, "add", "npcs", "id=a", "name=\(value)"]
            #expect(try box.open(words).status == 0)
        }
        let swapped = try box.shell(
            "mv game.coffer x && mv other.coffer game.coffer && mv x other.coffer")
        #expect(swapped.status == 0)
        let read = try box.open(["--vault", "game", "get", "npcs", "a", "--json"])
        #expect(read.status == 6)
        #expect(read.code == "older")
        let shown = try box.open(["--vault", "game", "--older", "get", "npcs", "a"])
        #expect(shown.status == 0)
        #expect(try box.open(["--vault", "game", "accept-older", "--yes"]).status == 0)
        #expect(try box.open(["--vault", "game", "get", "npcs", "a"]).status == 0)
    }

    @Test func aNewVaultInThePlaceOfARemovedOneIsNoSurprise() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.shell("rm -r game.coffer").status == 0)
        #expect(try box.makeVault("game", ["--template", "campaign"]).status == 0)
        #expect(try box.open(["add", "npcs", "id=a", "name=A"]).status == 0)
    }

    @Test(arguments: [
        ": >", "head -c 1 \"$1\" >x; cat x >", "head -c 16 \"$1\" >x; cat x >",
        "head -c 16384 /dev/zero >", "printf 'notes' >",
    ]) func aFileThatIsNoVaultAnyMoreIsDamagedNotMissing(_ how: String) throws {
        let box = try Sandbox()
        try box.makeVault()
        let made = try box.shell(how + " \"$1\"", [box.path("game.coffer/vault.sqlite")])
        #expect(made.status == 0, "\(made.errors)")
        for words in [["list", "x", "--json"], ["check", "--json"], ["status", "--json"]] {
            let outcome = try box.open(words)
            #expect(outcome.status == 6, "\(words): \(outcome.errors)")
            if words[0] == "check" {
                #expect(outcome["ok"] as? Bool == false)
            } else {
                #expect(outcome.code == "damaged")
            }
        }
    }

    @Test func lockingReachesTheKeyOfADamagedVault() throws {
        guard Machine.hasKeyring else { return }
        let box = try Sandbox()
        try box.makeVault()
        #expect(try box.open(["unlock"]).status == 0)
        #expect(try box.shell("cp -r game.coffer kept").status == 0)
        guard try change(box, "DELETE FROM meta WHERE num = 0") else { return }
        #expect(try box.run(["lock"]).status == 0)
        #expect(try box.shell("rm -r game.coffer && mv kept game.coffer").status == 0)
        #expect(try box.run(["status", "--json"])["locked"] as? Bool == true)
    }

    @Test func anOlderCopyCanBeUnlockedToLookAtIt() throws {
        guard Machine.hasKeyring else { return }
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.open(["add", "npcs", "id=a", "name=A"]).status == 0)
        #expect(try box.shell("cp -r game.coffer kept").status == 0)
        #expect(try box.open(["set", "npcs", "a", "name=B"]).status == 0)
        #expect(try box.shell("rm -r game.coffer && mv kept game.coffer").status == 0)
        #expect(try box.open(["unlock"]).status == 6)
        #expect(try box.open(["--older", "unlock"]).status == 0)
        #expect(try box.run(["--older", "get", "npcs", "a", "--field", "name"]).output == "A\n")
    }
}
