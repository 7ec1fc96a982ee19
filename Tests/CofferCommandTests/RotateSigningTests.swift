import Foundation
import Testing

/// A new signing key by the command line, and what a change of keys says of bundles.
@Suite(.enabled(if: BuiltProgram.isThere)) struct RotateSigningTests {
    private func box() throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.open(["add", "npcs", "id=ana", "name=Ana"]).status == 0)
        return box
    }

    private func backUp(_ box: Sandbox) throws -> String {
        let made = try box.open(["backup", "create", "--to", "b", "--json"])
        #expect(made.status == 0, "\(made.errors)")
        return try #require(made["bundle"] as? String)
    }

    private func signer(_ box: Sandbox) throws -> String {
        try #require(try box.open(["key", "public", "--json"])["signer"] as? String)
    }

    @Test func verifySaysByWhichKeyAndThroughWhich() throws {
        let box = try box()
        let old = try signer(box)
        let first = try backUp(box)
        let asked = try box.open(["rotate", "signing"])
        #expect(asked.status == 2 && asked.errors.contains("--yes"))
        #expect(try signer(box) == old)
        let rotated = try box.open(["rotate", "signing", "--yes"])
        #expect(rotated.status == 0)
        let new = try signer(box)
        #expect(new != old && rotated.output.contains("\(new)\n"))
        #expect(rotated.output.contains("1 known bundle is signed by a key of before"))
        #expect(rotated.output.contains("  \(first)\n"))
        #expect(try box.open(["set", "npcs", "ana", "name=B"]).status == 0)
        let second = try backUp(box)
        let pinned = try box.run(["backup", "verify", second, "--signer", old])
        #expect(pinned.status == 0)
        #expect(pinned.output.contains("by the key that was given, which vouches for \(new)"))
        let told = try box.run(["backup", "verify", second, "--signer", old, "--json"])
        #expect(told["trustedBy"] as? String == "signer")
        #expect(told["through"] as? [String] == [old, new])
        #expect(try box.run(["backup", "verify", second, "--json"])["through"] as? [String] == [])
        #expect(try box.run(["backup", "verify", first, "--signer", new]).status == 6)
        // Signed anew, it needs the old key no more.
        #expect(try box.open(["backup", "rekey", "b"]).status == 0)
        #expect(try box.run(["backup", "verify", first, second, "--signer", new]).status == 0)
        #expect(try box.open(["backup", "drill", "b"]).status == 0)
    }

    @Test func compromisedItSaysWhatIsToBeDoneByHand() throws {
        let box = try box()
        let old = try signer(box)
        _ = try backUp(box)
        let told = try box.open(["rotate", "signing", "--compromised", "--yes"])
        let new = try signer(box)
        #expect(told.status == 0 && told.output.contains("vouches for nobody"))
        #expect(told.output.contains("coffer backup verify DIR --signer \(new)"))
        #expect(try box.open(["set", "npcs", "ana", "name=B"]).status == 0)
        let made = try box.open(["backup", "create", "--to", "b", "--json"])
        #expect(made["kind"] as? String == "full")
        let path = try #require(made["bundle"] as? String)
        #expect(try box.run(["backup", "verify", path, "--signer", old]).status == 0)
        #expect(
            try box.run(["backup", "verify", path, "--json"])["trustedBy"] as? String
                == "remembered")
        let again = try box.open(["rotate", "signing", "--compromised", "--yes", "--json"])
        #expect(again["vouched"] as? Bool == false && again["replaced"] as? String == new)
    }

    @Test func whatStillOpensTheOldWayIsNamed() throws {
        let box = try box()
        let path = try backUp(box)
        try box.write("another", "another password")
        let cheap = ["--kdf-memory", "64", "--kdf-passes", "1"]
        let added = try box.open(["key", "add-password", "--new-password-file", "another"] + cheap)
        #expect(added.status == 0)
        func names(_ words: [String]) throws -> [String] {
            let told = try box.open(words + ["--json"])
            #expect(told.status == 0, "\(told.errors)")
            return try #require(told["oldBundles"] as? [String])
        }
        // The bundle knows nothing of the password that goes.
        #expect(try names(["key", "remove", "3", "--yes"]) == [])
        #expect(try names(["rotate", "root", "--yes"]) == [path])
        #expect(try box.open(["backup", "rekey", "b"]).status == 0)
        let changed = try box.open(
            ["passwd", "--new-password-file", "another"] + cheap)
        #expect(changed.status == 0)
        try box.write("password", "another password")
        #expect(changed.errors.contains("1 known bundle still opens with what was known before:"))
        #expect(changed.errors.contains("  \(path)\n"))
        #expect(changed.errors.contains("coffer backup rekey \(box.path("b"))"))
        #expect(try box.open(["backup", "rekey", "b"]).status == 0)
        #expect(try box.open(["rotate", "signing", "--yes"]).status == 0)
        #expect(try box.open(["backup", "rekey", "b"]).status == 0)
        try FileManager.default.removeItem(atPath: path)
        let gone = try box.open(["rotate", "root", "--yes"])
        #expect(gone.output.contains("  \(path)  (not there now)\n"))
    }

    @Test func withoutASubcommandItSaysWhatHelps() throws {
        let box = try Sandbox()
        let alone = try box.run(["rotate"])
        #expect(alone.status == 0 && alone.output.contains("coffer rotate root"))
        #expect(alone.output.contains("coffer unlock"))
        try box.makeVault("game")
        #expect(try box.run(["rotate"]).output == alone.output)
        #expect(try box.run(["rotate", "--json"]).json != nil)
        let opened = try box.open(["rotate"])
        #expect(opened.status == 0 && opened.output.contains("Keys of game"))
        for word in ["records", "names", "index", "signing"] {
            #expect(opened.output.contains(word))
        }
        let told = try box.open(["rotate", "--json"])
        let keys = try #require(told["keys"] as? [[String: Any]])
        #expect(keys.count == 7 && keys.allSatisfy { $0["days"] as? Int == 0 })
        // Nothing is advised that this program cannot do.
        for advice in try #require(told["advice"] as? [[String: Any]]) {
            for command in try #require(advice["commands"] as? [String]) {
                let words = command.split(separator: " ").dropFirst().filter {
                    $0.first?.isLowercase ?? false && !$0.hasSuffix("365d") || $0 == "passwd"
                }
                let help = try box.run(["help"] + words.map(String.init))
                #expect(help.status == 0, "\(command)")
            }
        }
    }

    @Test func thePolicyIsShownAndDoneByItself() throws {
        let box = try box()
        #expect(try box.open(["rotate", "policy"]).output.contains("No key is replaced by itself"))
        for wrong in ["1h", "23h", "0d", "x", "-3d", "99999999999999999999d", ""] {
            #expect(try box.open(["rotate", "policy", "--max-age", wrong]).status == 2, "\(wrong)")
        }
        let set = try box.open(["rotate", "policy", "--max-age", "365d"])
        #expect(set.status == 0 && set.output.contains("older than 365d"))
        #expect(try box.open(["rotate", "policy", "--json"])["maxAge"] as? Int == 31_536_000)
        #expect(try box.open(["maintain", "--dry-run", "--json"]).output == "[]\n")
        // A timer that finds the vault locked leaves it for the next unlock.
        #expect(try box.run(["maintain", "--unattended"]).status == 0)
        #expect(try box.run(["status", "--json"])["dueSince"] as? String != nil)
        #expect(try box.open(["maintain"]).status == 0)
        #expect(try box.run(["status", "--json"])["dueSince"] as? String == nil)
        let off = try box.open(["rotate", "policy", "--max-age", "off", "--json"])
        #expect(off.status == 0 && off["maxAge"] is NSNull)
    }
}

/// What the program says of a key that was retired as compromised and is back.
@Suite(.enabled(if: BuiltProgram.isThere)) struct CompromisedSignerCommandTests {
    private static let remark = "coffer rotate signing --compromised"

    private func box() throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.open(["add", "npcs", "id=ana", "name=Ana"]).status == 0)
        #expect(try box.open(["backup", "create", "--to", "b"]).status == 0)
        return box
    }

    @Test func aRestoredKeyIsNamedWhereverItCounts() throws {
        let box = try box()
        let rotated = try box.open(["rotate", "signing", "--compromised", "--yes"])
        #expect(rotated.status == 0 && !rotated.errors.contains("could not take note"))
        #expect(try !box.open(["status"]).errors.contains(Self.remark))
        let restored = try box.open(["backup", "restore", "b", "--to", "./back.coffer", "--json"])
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(restored.errors.contains("retired as compromised on this machine"))
        #expect((restored["compromised"] as? [String])?.count == 1)
        let tried = try box.open(
            ["backup", "restore", "b", "--to", "./none.coffer", "--dry-run", "--json"])
        #expect((tried["compromised"] as? [String])?.count == 1)
        #expect(tried.errors.contains("somebody else may have made it"))
        let drilled = try box.open(["backup", "drill", "b", "--json"])
        #expect(drilled.status == 0 && (drilled["compromised"] as? [String])?.count == 1)
        #expect(drilled.errors.contains("somebody else may have made it"))
        for words in [["unlock"], ["status"], ["backup", "create", "--to", "c"]] {
            let told = try box.open(["--vault", "./back.coffer"] + words)
            #expect(told.status == 0)
            #expect(told.errors.contains(Self.remark), "\(words)")
        }
        #expect(try box.run(["--vault", "./back.coffer", "lock"]).status == 0)
        let path = try #require(
            (try box.run(["backup", "list", "c", "--json"]).json as? [[String: Any]])?
                .first?["path"] as? String)
        let deep = try box.open(["backup", "verify", path, "--deep", "--json"])
        #expect(deep["compromised"] as? Bool == true)
        let again = try box.open(
            ["--vault", "./back.coffer", "rotate", "signing", "--compromised", "--yes"])
        #expect(again.status == 0)
        #expect(
            try !box.open(["--vault", "./back.coffer", "status"]).errors.contains(Self.remark))
    }

    /// The vault, whose key was retired, its newest bundle, and that of a thief who had a copy.
    private func robbed(_ turn: String) throws -> (box: Sandbox, made: String, forged: String) {
        let box = try box()
        #expect(try box.shell("cp -r game.coffer stolen.coffer").status == 0)
        let game = ["--vault", "./game.coffer"]
        #expect(
            try box.open(game + ["rotate", "signing", "--compromised", "--yes"]).status == 0)
        #expect(try box.open(game + ["set", "npcs", "ana", "name=Anna"]).status == 0)
        let made = try box.open(game + ["backup", "create", "--to", "b", "--json"])
        box.environment["XDG_STATE_HOME"] = box.path("thief")
        let stolen = ["--vault", "./stolen.coffer"]
        #expect(try box.open(stolen + ["set", "npcs", "ana", "name=Evil"]).status == 0)
        #expect(try box.open(stolen + ["rotate", turn, "--yes"]).status == 0)
        let forged = try box.open(
            stolen + ["backup", "create", "--to", "b", "--full", "--json"])
        #expect(try box.shell("rm -r stolen.coffer thief").status == 0)
        box.environment["XDG_STATE_HOME"] = nil
        return (
            box, try #require(made["bundle"] as? String), try #require(forged["bundle"] as? String)
        )
    }

    @Test(.enabled(if: Machine.hasKeyring), arguments: ["signing", "root"])
    func anUnlockedVaultIsAskedWhereNothingIsRemembered(turn: String) throws {
        let (box, made, forged) = try robbed(turn)
        #expect(try box.open(["unlock"]).status == 0)
        func fresh() { box.environment["XDG_STATE_HOME"] = box.path("state-\(UUID().uuidString)") }
        fresh()
        let first = try box.open(["backup", "verify", forged, "--deep", "--json"])
        #expect(first.status == 6 && first["verdict"] as? String == "untrusted", "\(first.output)")
        fresh()
        #expect(try box.open(["backup", "verify", made, "--deep"]).status == 0)
        fresh()
        let drilled = try box.open(["backup", "drill", box.path("b"), "--json"])
        #expect(drilled.status == 0 && drilled["bundles"] as? [String] == [made])
        fresh()
        let tried = try box.open(
            [
                "backup", "restore", box.path("b"), "--to", "./new.coffer", "--dry-run", "--json",
            ])
        #expect(tried["bundles"] as? [String] == [made], "\(tried.output)\(tried.errors)")
        // From elsewhere the one in the place is asked.
        fresh()
        let game = box.path("game.coffer")
        let bundles = box.path("b")
        let there = try box.shell(
            "cd /; \"$COFFER\" \"$@\"",
            [
                "backup", "restore", bundles, "--to", game, "--yes", "--json", "--password-file",
                box.path("password"),
            ])
        #expect(there.status == 0, "\(there.errors)")
        let taken = try #require(there["bundles"] as? [String])
        #expect(
            taken.map { ($0 as NSString).lastPathComponent } == [
                (made as NSString).lastPathComponent
            ])
        #expect(try box.open(["get", "npcs", "ana"]).output.contains("Anna"))
    }

    @Test(arguments: ["signing", "root"])
    func whatIsDoubtedIsNotTrustedByItsPassword(turn: String) throws {
        let (box, made, forged) = try robbed(turn)
        let told = try box.open(["backup", "verify", forged, "--deep"])
        #expect(told.status == 6 && told.output.hasPrefix("untrusted  "), "\(told.output)")
        #expect(told.output.contains("retired as compromised here"))
        #expect(told.errors.contains("somebody else may have made it; unlock the vault"))
        let json = try box.open(["backup", "verify", forged, "--deep", "--json"])
        #expect(json.status == 6 && json["compromised"] as? Bool == true)
        #expect(json["trustedBy"] is NSNull && json["reason"] is String)
        #expect(try box.open(["backup", "verify", made, "--deep"]).status == 0)
    }

    @Test func anAcceptedOlderCopyIsNamed() throws {
        let box = try box()
        try FileManager.default.copyItem(
            atPath: box.path("game.coffer"), toPath: box.path("kept"))
        #expect(try box.open(["rotate", "signing", "--compromised", "--yes"]).status == 0)
        try FileManager.default.removeItem(atPath: box.path("game.coffer"))
        try FileManager.default.copyItem(
            atPath: box.path("kept"), toPath: box.path("game.coffer"))
        let accepted = try box.open(["accept-older", "--yes"])
        #expect(accepted.status == 0, "\(accepted.errors)")
        #expect(accepted.errors.contains(Self.remark))
        #expect(try box.open(["status"]).errors.contains(Self.remark))
    }

    @Test(arguments: [["signing", "--compromised"], ["all"]])
    func aNoteThatCannotBeTakenIsSaid(words: [String]) throws {
        let box = try box()
        let state = "home/.local/state/coffer"
        let id = try #require(try box.open(["status", "--json"])["vault"] as? String)
        try FileManager.default.createDirectory(
            atPath: box.path("\(state)/spent-\(id).new/full"), withIntermediateDirectories: true)
        try box.write("new", "another horse battery")
        let more =
            words == ["all"]
            ? [
                "--no-recovery", "--new-password-file", "new", "--kdf-memory", "64",
                "--kdf-passes", "1",
            ] : []
        let told = try box.open(["rotate"] + words + more + ["--yes"])
        #expect(told.status == 0, "\(told.errors)")
        #expect(told.errors.contains("could not take note that the old signing key"))
        try FileManager.default.removeItem(atPath: box.path("\(state)/spent-\(id).new"))
        if words == ["all"] { try box.write("password", "another horse battery") }
        #expect(try box.open(["list", "npcs"]).status == 0)
        #expect(box.exists("\(state)/spent-\(id)"))
    }
}
