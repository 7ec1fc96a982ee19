import Foundation
import Testing

/// What `backup` says of folders, signatures and gaps.
@Suite(.enabled(if: BuiltProgram.isThere)) struct PruneCommandTests {
    private static let keepOne = [
        "--keep-last", "1", "--keep-hourly", "0", "--keep-daily", "0", "--keep-weekly", "0",
    ]

    /// A full bundle, and two that continue each other after it.
    private static func box() throws -> (box: Sandbox, bundles: [String]) {
        let box = try Sandbox()
        try box.makeVault("game")
        var bundles: [String] = []
        for number in 0..<3 {
            try box.write("npcs.ndjson", #"{"id":"n\#(number)"}"#)
            #expect(try box.open(["import", "npcs.ndjson"]).status == 0)
            let made = try box.open(["backup", "create", "--to", "b", "--json"])
            let path = try #require(made["bundle"] as? String)
            bundles.append("b/" + URL(fileURLWithPath: path).lastPathComponent)
        }
        return (box, bundles)
    }

    @Test func pruningSaysWhatWentFromWhere() throws {
        let (box, bundles) = try Self.box()
        let tried = try box.open(["backup", "prune", "b", "--dry-run"] + Self.keepOne)
        #expect(tried.errors.contains("Would remove 3 bundles of the vault game from"))
        #expect(tried.output.split(separator: "\n").count == 3)
        #expect(bundles.allSatisfy { box.exists($0) })
        let done = try box.open(["backup", "prune", "b", "--yes"] + Self.keepOne)
        #expect(done.status == 0)
        #expect(
            done.errors.contains(
                "Removed 3 bundles of the vault game from \(box.path("b")); 1 stay, "
                    + "1 of them merged with what it continued."),
            "\(done.errors)")
        #expect(try box.shell("ls b").output.split(separator: "\n").count == 1)
        #expect(try box.open(["backup", "verify", "b", "--deep"]).status == 0)
        let restored = try box.open(["backup", "restore", "b", "--to", "./copy", "--json"])
        #expect(restored["records"] as? Int == 3, "\(restored.output)")
    }

    @Test func aCopyOfAFolderIsPrunedAloneAndTheFirstGoesOn() throws {
        let (box, bundles) = try Self.box()
        #expect(try box.shell("cp -r b copy").status == 0)
        #expect(try box.open(["backup", "prune", "copy", "--yes"] + Self.keepOne).status == 0)
        #expect(bundles.allSatisfy { box.exists($0) })
        #expect(try box.shell("ls copy").output.split(separator: "\n").count == 1)
        #expect(try box.open(["add", "npcs", "id=late"]).status == 0)
        for folder in ["b", "copy"] {
            let next = try box.open(["backup", "create", "--to", folder, "--json"])
            #expect(next["kind"] as? String == "incremental", "\(folder): \(next)")
            #expect(try box.open(["backup", "drill", folder]).status == 0)
        }
    }

    @Test func whatIsAwayIsNamedAndWhatItContinuesStays() throws {
        let (box, bundles) = try Self.box()
        let name = String(bundles[1].dropFirst(2))
        #expect(try box.shell("mv b/\(name) away").status == 0)
        let full = try box.open(["backup", "create", "--to", "b", "--full"])
        #expect(full.status == 0)
        for words in [["--dry-run"], ["--yes"]] {
            let told = try box.open(["backup", "prune", "b"] + words + Self.keepOne)
            #expect(told.status == 0)
            #expect(told.output.isEmpty)
            #expect(
                told.errors.contains(
                    "\(box.path(bundles[2])) stays as it is, with all that it continues: it needs "
                        + "\(name), which is not in the folder"),
                "\(told.errors)")
        }
        #expect(try box.shell("mv away b/\(name)").status == 0)
        let restored = try box.open(["backup", "restore", bundles[2], "--to", "./copy", "--json"])
        #expect(restored["records"] as? Int == 3, "\(restored)")
        let done = try box.open(["backup", "prune", "b", "--yes"] + Self.keepOne)
        #expect(done.status == 0 && !done.errors.contains("stays as it is"), "\(done.errors)")
        #expect(try box.shell("ls b").output.split(separator: "\n").count == 1)
    }

    @Test func afterARotationOfTheRootPruningSaysWhatToDo() throws {
        let (box, bundles) = try Self.box()
        #expect(try box.open(["rotate", "root", "--yes"]).status == 0)
        for words in [["--dry-run"], ["--yes"]] {
            let told = try box.open(["backup", "prune", "b"] + words + Self.keepOne)
            #expect(told.status == 0, "\(told)")
            #expect(
                told.errors.contains("\(bundles[2]) stays as it is, with all"), "\(told.errors)")
            #expect(told.errors.contains("coffer backup rekey"))
        }
        #expect(bundles.allSatisfy { box.exists($0) })
        #expect(try box.open(["backup", "rekey", "b"]).status == 0)
        let done = try box.open(["backup", "prune", "b", "--yes"] + Self.keepOne)
        #expect(done.status == 0 && !done.errors.contains("stays as it is"), "\(done.errors)")
        #expect(try box.shell("ls b").output.split(separator: "\n").count == 1)
    }

    @Test func aFileWhereAFolderIsMeantIsWrongUsage() throws {
        let (box, _) = try Self.box()
        try box.write("file", "x")
        for words in [
            ["backup", "list", "file"], ["backup", "create", "--to", "file"],
            ["backup", "prune", "file", "--yes"], ["backup", "rekey", "file"],
            ["backup", "policy", "--to", "file"], ["backup", "drill", "b", "--in", "file"],
        ] {
            let told = try box.open(words)
            #expect(told.status == 2, "\(words): \(told)")
            #expect(told.errors.contains("file is a file; name a folder here"), "\(told.errors)")
        }
        for words in [["backup", "drill", "file"], ["backup", "restore", "file", "--to", "./x"]] {
            let told = try box.open(words)
            #expect(told.status == 6, "\(words): \(told)")
            #expect(told.errors.contains("file is no bundle; name one, or the folder of bundles"))
        }
        #expect(!box.exists("x"))
    }

    @Test func aDrillLeavesNoFolderThatItMade() throws {
        let (box, _) = try Self.box()
        #expect(try box.open(["backup", "drill", "b", "--in", "new/deep"]).status == 0)
        #expect(!box.exists("new"))
        #expect(try box.shell("mkdir there && touch there/mine").status == 0)
        #expect(try box.open(["backup", "drill", "b", "--in", "there"]).status == 0)
        #expect(try box.shell("ls -A there").output == "mine\n")
    }

    @Test func verifyNamesTheSignerAndTheGap() throws {
        let (box, bundles) = try Self.box()
        let stranger = try Sandbox()
        try stranger.makeVault("other")
        #expect(try stranger.shell("cp -r '\(box.path("b"))' b").status == 0)
        let unknown = try stranger.run(["backup", "verify", "b"])
        #expect(unknown.status == 6)
        let listed = try box.run(["backup", "list", "b", "--json"])
        let signer = try #require(
            (listed.json as? [[String: Any]])?.first?["signer"] as? String)
        #expect(
            unknown.output.contains("signed by the key \(signer), which nobody has vouched for"))
        #expect(unknown.output.contains("--signer"))
        let name = bundles[1]
        #expect(try box.shell("rm '\(name)'").status == 0)
        let gap = try box.run(["backup", "verify", "b"])
        #expect(gap.errors.contains("cannot be restored: a bundle that it continues is not in b"))
        #expect(gap.errors.split(separator: "\n").count == 1)
    }
}
