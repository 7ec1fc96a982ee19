import Foundation
import Testing

/// `coffer rotate`, from the outside.
@Suite(.enabled(if: BuiltProgram.isThere)) struct RotateCommandTests {
    /// A vault with a collection in which one field is found by a blind index.
    private func club(_ more: [String] = ["--no-recovery"]) throws -> Sandbox {
        let box = try Sandbox.withPasswords(more)
        try box.write(
            "members.schema.json",
            #"""
            {"type":"object","required":["id"],"properties":{"id":{"type":"string"},\#
            "mail":{"type":"string","coffer:index":true,"coffer:unique":true}}}
            """#)
        #expect(try box.open(["schema", "apply", "members.schema.json"]).status == 0)
        for name in ["anna", "ben"] {
            let words = ["add", "members", "id=\(name)", "mail=\(name)@example.org"]
            #expect(try box.open(words).status == 0)
        }
        return box
    }

    private func found(_ box: Sandbox, by password: String = "password") throws -> String {
        try box.run([
            "sql", "SELECT id FROM members WHERE mail = 'ben@example.org'", "--password-file",
            password,
        ]).output
    }

    @Test func anIndexIsMadeAnewAndFindsTheSame() throws {
        let box = try club()
        let before = try found(box)
        #expect(before.contains("ben"))
        #expect(try box.open(["rotate", "index"]).status == 2)
        let done = try box.open(["rotate", "index", "--yes"])
        #expect(done.status == 0)
        #expect(
            done.output
                == "2 rows were sealed anew; nothing is left under the index key of before, and it "
                + "is gone.\n")
        #expect(try found(box) == before)
        let twin = try box.open(["add", "members", "id=carl", "mail=anna@example.org"])
        #expect(twin.status == 5)
        #expect(try box.open(["rotate", "status"]).output == "No rotation is under way.\n")
        #expect(try box.open(["rotate", "resume"]).status == 4)
    }

    @Test func afterEverythingIsReplacedOnlyTheNewPasswordOpens() throws {
        let box = try club([])
        let words = ["rotate", "all", "--new-password-file", "new", "--sheet", "sheet"]
        #expect(try box.open(words + Sandbox.cheap).status == 2)
        let done = try box.open(words + ["--yes"] + Sandbox.cheap)
        #expect(done.status == 0, "\(done)")
        let lines = done.output.split(separator: "\n")
        #expect(lines.first?.contains("slot 3 (the new password) and slot 4") == true)
        #expect(done.output.contains("Gone: slot 1 (password, password)\n"))
        #expect(done.output.contains("Gone: slot 2 (recovery, "))
        #expect(done.output.contains("Not replaced, as ids depend on them: names (since 2"))
        #expect(lines.last?.hasSuffix("under the keys of before, and they are gone.") == true)
        #expect(try box.open(["check"]).status == 3)
        #expect(try box.run(["check", "--password-file", "new"]).status == 0)
        #expect(try found(box, by: "new").contains("ben"))
        let line = try #require(
            try box.read("sheet").split(separator: "\n").first {
                $0.contains("coffer-recovery1")
            })
        try box.write("key", line.trimmingCharacters(in: .whitespaces) + "\n")
        #expect(try box.run(["check", "--recovery-key-file", "key"]).status == 0)
        #expect(box.mode("sheet") == 0o600)
    }

    @Test func whatCannotBeDoneChangesNothing() throws {
        let box = try club()
        let all = ["rotate", "all", "--yes", "--new-password-file"]
        let same = try box.open(all + ["password", "--no-recovery"] + Sandbox.cheap)
        #expect(same.status == 7)
        #expect(same.errors.contains("this password opens slot 1 today; choose another one"))
        // Nobody could read the recovery key.
        #expect(try box.open(all + ["new"] + Sandbox.cheap).status == 2)
        #expect(
            try box.open(all + ["new", "--sheet", "s", "--no-recovery"] + Sandbox.cheap).status == 2
        )
        try box.write("taken", "x")
        #expect(try box.open(all + ["new", "--sheet", "taken"] + Sandbox.cheap).status == 5)
        #expect(try box.read("taken") == "x")
        #expect(try box.slots().map { $0["slot"] as? Int } == [1])
        #expect(try box.open(["check"]).status == 0)
    }

    @Test func aSafetyBundleIsNamedToWhoAsksForMore() throws {
        let box = try club()
        for kind in ["data", "index"] {
            let told = try box.open(["rotate", kind, "--yes", "-v"])
            let line = told.errors.split(separator: "\n").first { $0.contains("safety bundle") }
            let path = try #require(line?.split(separator: " ").last, "\(told.errors)")
            #expect(FileManager.default.fileExists(atPath: String(path)))
        }
        #expect(try !box.open(["rotate", "data", "--yes"]).errors.contains("safety bundle"))
        let root = try box.open(["rotate", "root", "--yes"])
        #expect(root.output.contains("1 way to unlock the vault leads to it, as before."))
    }

    @Test func theCensusSaysWhyOldKeysAreKept() throws {
        let box = try club()
        #expect(try box.open(["key", "census", "--json"])["kept"] as? Int == 0)
        #expect(try box.open(["rotate", "root", "--yes"]).status == 0)
        #expect(try box.open(["rotate", "data", "--yes"]).status == 0)
        #expect(
            try box.open(["key", "census"]).output.contains("Nothing is left under any old key"))
        let gone = try box.shell(
            "command -v sqlite3 >/dev/null || exit 99\n"
                + "sqlite3 game.coffer/vault.sqlite 'DELETE FROM audit WHERE num = 1'")
        guard gone.status != 99 else {
            print("SKIPPED: sqlite3 is not installed, so no entry is taken away here.")
            return
        }
        #expect(try box.open(["rotate", "data", "--yes"]).status == 6)
        #expect(try box.open(["rotate", "status"]).output == "No rotation is under way.\n")
        let done = try box.open(["rotate", "data", "--yes", "--skip-damaged", "--json"])
        #expect(done.status == 6 && done["state"] as? String == "failed")
        let damaged = try #require(done["damaged"] as? [String])
        #expect(damaged.contains { $0.hasPrefix("audit entry 1") })
        let told = try box.open(["key", "census", "--json"])
        #expect(told["left"] as? Int == 0 && (told["kept"] as? Int ?? 0) > 0)
        let words = try box.open(["key", "census"]).output
        #expect(!words.contains("Nothing is left") && words.contains("coffer check"))
        #expect(words.contains("No row names an old key of the vault, but 1 old key is kept"))
        let refused = try box.open(["rotate", "root", "--yes"])
        #expect(refused.status == 6)
        #expect(refused.errors.contains("audit log: rows are missing"))
        #expect(refused.errors.hasSuffix("coffer rotate root --skip-damaged\n"))
        let root = try box.open(["rotate", "root", "--yes", "--skip-damaged"])
        #expect(root.status == 6 && root.output.hasPrefix("The root key is a new one"))
        #expect(root.errors.contains("passed over: audit entry 1"))
        let again = try box.open(["rotate", "root", "--yes", "--skip-damaged", "--json"])
        #expect(again.status == 6 && (again["damaged"] as? [String])?.isEmpty == false)
        #expect(try box.open(["check", "--json"]).status == 6)
    }

    /// A key that nothing is under and that nothing keeps is not said to be kept for damage.
    @Test func anOldKeyOfNothingCanGo() throws {
        let box = try Sandbox.withPasswords(["--no-recovery"])
        #expect(try box.open(["rotate", "root", "--yes"]).status == 0)
        #expect(
            try box.open(["key", "census"]).output.contains(
                "1 old key is there still, and can go: coffer rotate data"))
        #expect(try box.open(["rotate", "data", "--yes"]).status == 0)
        #expect(
            try box.open(["key", "census"]).output.contains("Nothing is left under any old key"))
    }

    /// What was printed before it broke off has the recovery key in it.
    @Test func theObjectIsClosedWhateverEndsTheMoving() throws {
        let box = try club([])
        let id = try #require(try box.open(["status", "--json"])["vault"] as? String)
        // What cannot be removed in the place of a safety bundle ends it after the change.
        let folder = "home/.local/state/coffer/safety/\(id)/x.coffer-bundle"
        try FileManager.default.createDirectory(
            atPath: box.path(folder + "/full"), withIntermediateDirectories: true)
        let words = ["rotate", "all", "--new-password-file", "new", "--yes", "--json"]
        let done = try box.open(words + Sandbox.cheap)
        #expect(done.status != 0 && done.code != nil, "\(done)")
        let told = try #require(done.json as? [String: Any], "\(done.output)")
        #expect((told["error"] as? [String: Any])?["code"] as? String == done.code)
        let key = try #require(told["recoveryKey"] as? String)
        try FileManager.default.removeItem(atPath: box.path(folder))
        try box.write("key", key)
        let end = try box.run(["rotate", "resume", "--recovery-key-file", "key", "--json"])
        #expect(end.status == 0 && end["state"] as? String == "done", "\(end)")
    }
}
