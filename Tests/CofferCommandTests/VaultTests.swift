import Foundation
import Testing

@Suite(.enabled(if: BuiltProgram.isThere)) struct VaultTests {
    @Test func initMakesAVaultThatItsPasswordOpens() throws {
        let box = try Sandbox()
        let made = try box.makeVault()
        #expect(made.status == 0)
        #expect(made["path"] as? String == box.path("game.coffer"))
        #expect((made["recoveryKey"] as? String)?.hasPrefix("coffer-recovery1") == true)
        #expect(box.mode("game.coffer") == 0o700)
        #expect(box.mode("game.coffer/vault.sqlite") == 0o600)
        let status = try box.open(["status", "--json"])
        #expect(status["vault"] as? String == made["vault"] as? String)
        #expect(status["older"] as? Bool == false)
        let again = try box.makeVault()
        #expect(again.status == 5)
        #expect(again.code == "exists")
    }

    @Test func initWithoutATerminalWantsAPlaceForTheRecoveryKey() throws {
        let box = try Sandbox()
        let words = [
            "init", "./game.coffer", "--password-file", "password", "--kdf-memory", "64",
            "--kdf-passes", "1",
        ]
        let refused = try box.run(words)
        #expect(refused.status == 2)
        #expect(refused.errors.contains("--sheet"))
        #expect(!box.exists("game.coffer"))
        #expect(try box.run(words + ["--no-recovery"]).status == 0)
        #expect(
            try box.run(["init", "./b.coffer"] + words[2...] + ["--sheet", "sheet"]).status == 0)
        #expect(box.mode("sheet") == 0o600)
        let sheet = try box.read("sheet")
        let key = try #require(
            sheet.split(separator: "\n").first { $0.contains("coffer-recovery1") })
        try box.write("key", key.trimmingCharacters(in: .whitespaces) + "\n")
        let proof = try box.run(
            ["key", "check-recovery", "--vault", "b", "--recovery-key-file", "key", "--json"])
        #expect(proof["ok"] as? Bool == true)
        // The key of another vault proves nothing.
        let other = try box.run(
            ["key", "check-recovery", "--vault", "game", "--recovery-key-file", "key", "--json"])
        #expect(other.status == 3)
        let right = key.trimmingCharacters(in: .whitespaces)
        try box.write("key", right.dropLast() + (right.hasSuffix("q") ? "p\n" : "q\n"))
        let mistyped = try box.run(
            ["key", "check-recovery", "--vault", "b", "--recovery-key-file", "key", "--json"])
        #expect(mistyped.code == "invalid")
    }

    @Test func aSheetThatCannotBeWrittenMakesNoVault() throws {
        let box = try Sandbox()
        try box.write("sheet", "mine")
        let made = try box.makeVault("game", ["--sheet", "sheet"])
        #expect(made.status == 5)
        #expect(!box.exists("game.coffer"))
        #expect(try box.read("sheet") == "mine")
        #expect(try box.makeVault("game", ["--sheet", "no/such/folder"]).status == 4)
        #expect(!box.exists("game.coffer"))
    }

    @Test func aRecoveryKeyThatCannotBePrintedIsNotPassedOver() throws {
        let box = try Sandbox()
        let made = try box.shell(
            #""$COFFER" init ./g.coffer --password-file password --kdf-memory 64 "#
                + "--kdf-passes 1 --json >/dev/full")
        #expect(made.status == 8)
        #expect(made.errors.contains("recovery key could not be handed over"))
    }

    @Test func aBareNameGoesToTheDataFolder() throws {
        let box = try Sandbox()
        let words = [
            "--password-file", "password", "--no-recovery", "--kdf-memory", "64",
            "--kdf-passes", "1",
        ]
        #expect(try box.run(["init"] + words).status == 0)
        #expect(box.exists("home/.local/share/coffer/vault.coffer"))
        #expect(try box.run(["init", "game"] + words).status == 0)
        #expect(box.exists("home/.local/share/coffer/game.coffer"))
        #expect(try box.run(["--vault", "game", "status", "--json"]).status == 0)
        box.environment["XDG_DATA_HOME"] = box.path("data")
        #expect(try box.run(["init", "game"] + words).status == 0)
        #expect(box.exists("data/coffer/game.coffer"))
    }

    @Test func findsTheVaultInThisFolderOrOneAbove() throws {
        let box = try Sandbox()
        let none = try box.run(["status", "--json"])
        #expect(none.status == 4)
        #expect(none.code == "no-vault")
        try box.makeVault()
        let below = try box.shell(#"mkdir -p a/b && cd a/b && "$COFFER" status --json"#)
        #expect(below["path"] as? String == box.path("game.coffer"))
        try box.makeVault("other")
        let two = try box.run(["status"])
        #expect(two.status == 2)
        #expect(two.errors.contains("game.coffer"))
        #expect(two.errors.contains("other.coffer"))
        box.environment["COFFER_VAULT"] = "other"
        #expect(try box.run(["status", "--json"])["path"] as? String == box.path("other.coffer"))
        let named = try box.run(["status", "--json", "--vault", "game"])
        #expect(named["path"] as? String == box.path("game.coffer"))
        #expect(try box.run(["status", "--vault", "third"]).status == 4)
        #expect(try box.run(["status", "--vault", "./home"]).status == 4)
    }

    @Test func aNameThatMeansTwoVaultsIsRefused() throws {
        let box = try Sandbox()
        try box.makeVault()
        #expect(try box.run(["status", "--vault", "game"]).status == 0)
        _ = try box.shell("mkdir -p data/coffer && cp -r game.coffer data/coffer/")
        box.environment["XDG_DATA_HOME"] = box.path("data")
        let two = try box.run(["status", "--vault", "game"])
        #expect(two.status == 2)
        #expect(two.errors.contains(box.path("data/coffer/game.coffer")))
    }

    @Test func theOnlyVaultRememberedIsFoundFromAnywhere() throws {
        let box = try Sandbox()
        try box.makeVault()
        #expect(try box.open(["check"]).status == 0)
        let away = try box.shell(#"cd / && "$COFFER" status --json"#)
        #expect(away["path"] as? String == box.path("game.coffer"))
        let named = try box.shell(#"cd / && "$COFFER" --vault game status --json"#)
        #expect(named["path"] as? String == box.path("game.coffer"))
        let listed = try box.shell(#"cd / && "$COFFER" vaults --json"#)
        #expect((listed.json as? [[String: Any]])?.compactMap { $0["name"] as? String } == ["game"])
    }

    @Test func withoutAHomeItSaysWhatIsMissing() throws {
        let box = try Sandbox()
        try box.makeVault()
        box.environment["HOME"] = ""
        let named = try box.run(["init", "bare", "--no-recovery", "--password-file", "password"])
        #expect(named.status == 2)
        #expect(named.errors.contains("HOME"))
        let opened = try box.open(["check"])
        #expect(opened.status == 0)
        #expect(opened.errors.contains("HOME is not set"))
    }

    @Test func anOlderCopyIsRefusedUntilItIsAccepted() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.open(["add", "npcs", "id=a", "name=A"]).status == 0)
        _ = try box.shell("cp -r game.coffer kept")
        #expect(try box.open(["add", "npcs", "id=b", "name=B"]).status == 0)
        _ = try box.shell("rm -r game.coffer && mv kept game.coffer")
        let refused = try box.open(["list", "npcs", "--json"])
        #expect(refused.status == 6)
        #expect(refused.code == "older")
        #expect(refused.output == "")
        #expect(try box.open(["status", "--json"])["older"] as? Bool == true)
        #expect(try box.open(["list", "npcs", "--json", "--older"]).rows.count == 1)
        let asked = try box.open(["accept-older", "--json"])
        #expect(asked.status == 2)
        #expect(asked.errors.contains("--yes"))
        let accepted = try box.open(["accept-older", "--json", "--yes"])
        #expect(accepted["accepted"] as? Bool == true)
        #expect(try box.open(["list", "npcs", "--json"]).rows.count == 1)
        #expect(try box.open(["accept-older", "--json"])["accepted"] as? Bool == false)
    }
}
