import Foundation
import Testing

/// What is said when something cannot be done.
@Suite(.enabled(if: BuiltProgram.isThere)) struct ErrorTests {
    @Test func wordsThatAreNoTextAreRefused() throws {
        let box = try Sandbox()
        try box.makeVault()
        let outcome = try box.shell(
            #"x=$(printf '\377'); "$COFFER" add npcs "id=$x" --password-file password --json"#)
        #expect(outcome.status == 2)
        #expect(outcome.code == "usage")
        #expect(outcome.errors.contains("argument 3 "))
        for name in ["COFFER_VAULT", "HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
            let outcome = try box.shell(
                "x=$(printf '/tmp/\\377'); \(name)=\"$x\" \"$COFFER\" status --json")
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains(name))
        }
    }

    @Test(arguments: [["--json"], ["key", "--json"], ["--json", "schema"]])
    func aMissingCommandIsAnErrorForProgramsToo(words: [String]) throws {
        let outcome = try Sandbox().run(words)
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(outcome.code == "usage")
    }

    @Test func whatIsStoredIsSaidWhenItCannotBePrinted() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        var tried = 0
        for words in [
            ["add", "npcs", "id=a", "name=A"], ["set", "npcs", "a", "name=B"],
            ["put", "npcs", "--stdin"], ["rm", "npcs", "a", "--json"],
        ] {
            let outcome = try box.shell(
                #""$COFFER" "$@" --password-file password >/dev/full"#, words,
                input: #"{"id":"p","name":"P"}"#)
            #expect(outcome.status == 8)
            #expect(outcome.errors.contains("stored all the same"), "\(outcome.errors)")
            tried += 1
        }
        #expect(tried == 4)
        let read = try box.shell(
            #""$COFFER" list npcs --password-file password >/dev/full"#)
        #expect(read.status == 8)
        #expect(!read.errors.contains("stored"))
    }

    @Test func aFileThatIsNotThereIsNotFound() throws {
        let box = try Sandbox()
        try box.makeVault()
        var tried = 0
        for words in [
            ["import", "none.json"], ["schema", "apply", "none.json"],
            ["schema", "suggest", "none"],
            ["add", "c", "a=@none"], ["export", "-o", "none/file.json"],
        ] {
            let outcome = try box.open(words + ["--json"])
            #expect(outcome.status == 4, "\(words): \(outcome.errors)")
            #expect(outcome.code == "no-file")
            #expect(outcome.errors.contains("there is no such file or folder"))
            tried += 1
        }
        #expect(tried == 5)
        let password = try box.run(["check", "--password-file", "none", "--json"])
        #expect(password.status == 4)
        #expect(password.code == "no-file")
    }

    @Test func aRecordThatIsNamedTwiceGoesOnceAndAMissingOneIsNamed() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        let added = try box.open(["add", "npcs", "id=a", "name=A", "--json"])
        let id = try #require(added["id"] as? String)
        let missing = try box.open(["rm", "npcs", "a", "nobody", "--yes"])
        #expect(missing.status == 4)
        #expect(missing.errors.contains("no record nobody in npcs"))
        #expect(try box.open(["get", "npcs", "a"]).status == 0)
        let removed = try box.open(["rm", "npcs", "a", "a", id, "--yes", "--json"])
        #expect(removed.status == 0, "\(removed.errors)")
        #expect(removed["removed"] as? Int == 1)
    }

    @Test func valuesThatCannotBeReadAreNamedAsTheyWereWritten() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        let inside = try box.open(["add", "npcs", "id=a", "name=A", "x=1", "x.y.z=1"])
        #expect(inside.status == 7)
        #expect(inside.errors.contains("x: is no object, so it has no y"))
        let bytes = try box.shell(
            #"printf '\377' | "$COFFER" add npcs id=b name=@- --password-file password"#)
        #expect(bytes.status == 7)
        #expect(bytes.errors.contains("standard input is not text in UTF-8"))
    }

    @Test func aFolderWithAStrangeNameInItIsImportedAllTheSame() throws {
        let box = try Sandbox()
        try box.makeVault()
        let outcome = try box.shell(
            #"""
            mkdir files; echo '[{"id":1}]' >files/towns.json
            echo '[{"id":1}]' >"$(printf 'files/\376.json')"
            "$COFFER" import files --password-file password --json
            """#)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect((outcome["collections"] as? [String: Any])?.keys.sorted() == ["towns"])
    }

    @Test func whatKeepsAVaultLockedIsAFinding() throws {
        let box = try Sandbox()
        try box.makeVault()
        let damaged = try box.shell(
            #"""
            python3 - <<'END'
            import sqlite3
            base = sqlite3.connect("game.coffer/vault.sqlite")
            base.execute("UPDATE dkey SET seal = zeroblob(length(seal)) WHERE num = 2")
            base.commit()
            END
            "$COFFER" check --password-file password --json
            """#)
        #expect(damaged.status == 6, "\(damaged.errors)")
        #expect(damaged["ok"] as? Bool == false)
        let finding = (damaged["findings"] as? [[String: Any]])?.first
        #expect(finding?["code"] as? String == "frame")
        #expect(finding?["where"] as? String == "key 2")
        #expect(!(damaged.output + damaged.errors).contains("coffer check"))
        let text = try box.open(["check"])
        #expect(text.status == 6)
        #expect(text.output.hasPrefix("error  frame  key 2\n"))
    }

    @Test func damageThatEndsOnePartOfACheckEndsNoOther() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        let damaged = try box.shell(
            #"""
            python3 - <<'END'
            import sqlite3
            name = "game.coffer/vault.sqlite"
            base = sqlite3.connect(name)
            row = base.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'c_1'").fetchone()
            base.close()
            with open(name, "r+b") as file:
                file.seek((row[0] - 1) * 8192)
                file.write(bytes(8192))
            END
            "$COFFER" check --password-file password --json
            """#)
        #expect(damaged.status == 6, "\(damaged.errors)")
        let codes = (damaged["findings"] as? [[String: Any]])?.compactMap { $0["code"] as? String }
        #expect(codes?.contains("database") == true)
        #expect((damaged["checked"] as? [String: Any])?["audit entries"] != nil)
    }

    @Test func ofSeveralThatMakeAVaultOneDoes() throws {
        let box = try Sandbox()
        let outcome = try box.shell(
            #"""
            # Not `&` and `wait`: a shell that inherits a blocked SIGCHLD waits for ever.
            seq 4 | xargs -P 4 -I N sh -c \
                '"$COFFER" init ./race.coffer --password-file password --no-recovery \
                    --kdf-memory 64 --kdf-passes 1 >/dev/null 2>home/errN || true'
            cat home/err1 home/err2 home/err3 home/err4
            """#)
        let lost = outcome.output.split(separator: "\n").filter { $0.hasPrefix("coffer: ") }
        #expect(lost.count == 3)
        for line in lost {
            #expect(line.contains("/race.coffer exists already"), "\(line)")
        }
        #expect(
            try box.run(["--vault", "race", "check", "--password-file", "password"]).status == 0)
    }

    @Test func theExampleFitsTheStarterSchemas() throws {
        let examples = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Docs/Examples")
        for more in [["--template", "campaign"], []] {
            let box = try Sandbox()
            try box.makeVault("game", more)
            if more.isEmpty {
                let schemas = examples.appendingPathComponent("schemas").path
                #expect(try box.open(["schema", "apply", schemas]).status == 0)
            }
            let outcome = try box.open([
                "import", examples.appendingPathComponent("campaign").path, "--json",
            ])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    @Test func aDemoThatSearchesNothingFails() throws {
        let demo = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Docs/Examples/demo.sh")
        let script = try String(contentsOf: demo, encoding: .utf8)
        let start = try #require(script.range(of: "found=0\n")).lowerBound
        let end = try #require(script.range(of: "\nfi\n", range: start..<script.endIndex))
            .upperBound
        let part = "set -eu\n" + script[start..<end] + "echo fine\n"
        let box = try Sandbox()
        func run(_ setUp: String) throws -> Outcome {
            try box.shell(
                #"\#(setUp); XDG_DATA_HOME=$PWD/data bash -c "$1""#, [part])
        }
        #expect(try run("true").output != "fine\n")
        #expect(try run("mkdir -p data/coffer/brinmouth.coffer").output == "fine\n")
        #expect(
            try run("echo Ferryman >data/coffer/brinmouth.coffer/file").output.contains("fine")
                == false)
    }
}
