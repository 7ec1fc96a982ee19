import Foundation
import Testing

/// Passwords that open a vault only with a keyfile, from the outside.
@Suite(.enabled(if: BuiltProgram.isThere)) struct KeyfileCommandTests {
    @Test func passwordAndKeyfileOpenOnlyTogether() throws {
        let box = try Sandbox.withPasswords()
        let added = try box.addSlot(["add-keyfile", "stick"])
        #expect(added["kind"] as? String == "keyfile")
        #expect(added["made"] as? Bool == true)
        #expect(box.mode("stick") == 0o600)
        #expect(try Data(contentsOf: URL(filePath: box.path("stick"))).count == 32)
        #expect(try box.open("check", "--keyfile", "stick", by: "new").status == 0)
        #expect(try box.open("check", by: "new").status == 3)
        #expect(try box.open("check", "--keyfile", "stick", by: "password").status == 3)
        try box.write("other", "another file")
        #expect(try box.open("check", "--keyfile", "other", by: "new").status == 3)
        #expect(try box.open("check", by: "password").status == 0)
        let lost = try box.open("check", "--keyfile", "nowhere", "--json", by: "new")
        #expect(lost.code == "no-file")
        // A change of its password keeps the keyfile.
        let words = ["passwd", "--password-file", "new", "--keyfile", "stick", "--json"]
        let changed = try box.run(words + ["--new-password-file", "third"] + Sandbox.cheap)
        #expect(changed["removed"] as? Int == 2, "\(changed)")
        #expect(try box.open("check", "--keyfile", "stick", by: "third").status == 0)
        #expect(try box.open("check", by: "third").status == 3)
        #expect(try box.open("check", "--keyfile", "stick", by: "new").status == 3)
    }

    @Test func aKeyfileThatIsThereIsTakenAsItIs() throws {
        let box = try Sandbox.withPasswords()
        try box.write("picture", String(repeating: "a picture of a cat ", count: 3_000))
        #expect(try box.addSlot(["add-keyfile", "picture"])["made"] as? Bool == false)
        #expect(try box.shell("ln -s picture link").status == 0)
        #expect(try box.open("check", "--keyfile", "link", by: "new").status == 0)
    }

    @Test func refusesKeyfilesThatCannotBeOne() throws {
        let box = try Sandbox.withPasswords()
        try box.write("empty", "")
        try Data(count: 1_048_577).write(to: URL(filePath: box.path("large")))
        #expect(try box.shell("mkfifo fifo; mkdir folder").status == 0)
        for (name, code) in [
            ("empty", "invalid"), ("large", "invalid"), ("fifo", "storage"),
            ("folder", "storage"), ("/dev/zero", "storage"), ("nowhere/key", "no-file"),
            ("game.coffer/key", "usage"), ("game.coffer/vault.sqlite", "usage"),
        ] {
            let refused = try box.addSlot(["add-keyfile", name])
            #expect(refused.code == code, "\(name): \(refused)")
            #expect(try box.slots().count == 1, "\(name)")
            if name != "nowhere/key", !name.hasPrefix("game") {
                let opened = try box.open("check", "--keyfile", name, "--json", by: "password")
                #expect(opened.code == code, "\(name): \(opened)")
            }
        }
        try Data(count: 1_048_576).write(to: URL(filePath: box.path("large")))
        #expect(try box.addSlot(["add-keyfile", "large"]).status == 0)
        #expect(try box.open("check", "--keyfile", "large", by: "new").status == 0)
    }

    @Test func aBundleOpensWithTheKeyfileOfItsTimeUntilItIsRekeyed() throws {
        let box = try Sandbox.withPasswords()
        #expect(try box.addSlot(["add-keyfile", "stick"]).status == 0)
        #expect(try box.open(["backup", "create", "--to", "b"]).status == 0)
        let secret = ["--password-file", "new", "--keyfile", "stick"]
        let verified = try box.run(["backup", "verify", "b", "--deep"] + secret)
        #expect(verified.status == 0, "\(verified)")
        #expect(
            try box.run(["backup", "verify", "b", "--deep", "--password-file", "new"]).status == 3)
        let restored = try box.run(["backup", "restore", "b", "--to", "./back.coffer"] + secret)
        #expect(restored.status == 0, "\(restored)")
        #expect(try box.run(["--vault", "back", "check"] + secret).status == 0)
        #expect(try box.shell("rm -r back.coffer").status == 0)
        // Another password in its place: the bundle takes it when it is rekeyed.
        box.environment["COFFER_VAULT"] = "game"
        let changed = try box.run(
            ["passwd", "--new-password-file", "third"] + secret + Sandbox.cheap)
        #expect(changed.status == 0, "\(changed)")
        let third = ["--password-file", "third", "--keyfile", "stick"]
        #expect(try box.run(["backup", "verify", "b", "--deep"] + third).status == 3)
        #expect(try box.run(["backup", "rekey", "b"] + third).status == 0)
        #expect(try box.run(["backup", "verify", "b", "--deep"] + third).status == 0)
        #expect(try box.run(["backup", "verify", "b", "--deep"] + secret).status == 3)
        let listed = try box.run(["backup", "list", "b", "--json"])
        #expect((listed.json as? [[String: Any]])?.first?["passwords"] as? Int == 2)
    }
}
