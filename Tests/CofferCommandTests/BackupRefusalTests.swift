import Foundation
import Testing

/// What cannot be believed touches nothing: no vault, no folder, and no time of one.
@Suite(.enabled(if: BuiltProgram.isThere)) struct BackupRefusalTests {
    /// Everything below a folder, with its bytes, its kind and its times.
    private static func tree(_ folder: String) throws -> [String: String] {
        var found: [String: String] = [:]
        let names = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
        for name in [""] + names {
            let path = folder + "/" + name
            let facts = try FileManager.default.attributesOfItem(atPath: path)
            let time = (facts[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
            let inode = facts[.systemFileNumber] as? Int ?? 0
            let mode = facts[.posixPermissions] as? Int ?? 0
            let bytes = (try? Data(contentsOf: URL(filePath: path)))?.hashValue ?? 0
            found[name] = "\(time) \(inode) \(mode) \(bytes)"
        }
        return found
    }

    /// A vault, bundles of it that continue each other, and a folder beside all.
    private static func sandbox() throws -> (box: Sandbox, bundles: [String]) {
        let box = try Sandbox()
        try FileManager.default.createDirectory(
            atPath: box.path("vaults"), withIntermediateDirectories: false)
        #expect(try box.makeVault("vaults/game").status == 0)
        box.environment["COFFER_VAULT"] = box.path("vaults/game.coffer")
        try box.write(
            "npcs.ndjson",
            (0..<40).map { #"{"id":\#($0),"name":"npc \#($0)"}"# }.joined(separator: "\n"))
        #expect(try box.open(["import", "npcs.ndjson"]).status == 0)
        var bundles: [String] = []
        for number in 0..<3 {
            #expect(try box.open(["set", "npcs", "1", "name=\(number)"]).status == 0)
            let made = try box.open(["backup", "create", "--to", "bundles", "--json"])
            #expect(made.status == 0, "\(made)")
            bundles.append(made["bundle"] as? String ?? "")
        }
        // A folder beside, which an archive might try to reach.
        try FileManager.default.createDirectory(
            atPath: box.path("vaults/beside"), withIntermediateDirectories: false)
        try box.write("vaults/beside/canary", "sings")
        return (box, bundles)
    }

    private static let forced = ["--yes", "--quiet"]

    @Test(.timeLimit(.minutes(10)))
    func noHostileBundleChangesAnything() throws {
        let (box, bundles) = try Self.sandbox()
        let good = try Data(contentsOf: URL(filePath: bundles[0]))
        let other = try Data(contentsOf: URL(filePath: bundles[1]))
        let before = try Self.tree(box.path("vaults"))
        let hostile = BundleBytes.hostile(good, beside: other)
        try FileManager.default.createDirectory(
            atPath: box.path("hostile"), withIntermediateDirectories: false)
        let path = box.path("hostile/20260101T000000Z-full-00000000.coffer-bundle")
        let game = box.path("vaults/game.coffer")
        var refused = 0
        for (what, bytes) in hostile {
            // What is the same in both bundles is no attack.
            guard bytes != good else { continue }
            try bytes.write(to: URL(filePath: path))
            let over = try box.open(["backup", "restore", path, "--to", game] + Self.forced)
            #expect([4, 6].contains(over.status), "\(what): \(over)")
            #expect(over.errors.split(separator: "\n").count == 1, "\(what): \(over)")
            if refused % 8 == 0 {
                for words in [
                    [path, "--to", box.path("vaults/new.coffer")],
                    ["hostile", "--to", game] + Self.forced,
                    [path, "--to", game, "--dry-run"] + Self.forced,
                ] {
                    let outcome = try box.open(["backup", "restore"] + words)
                    #expect([4, 6].contains(outcome.status), "\(what): \(words) \(outcome)")
                }
                let verified = try box.open(["backup", "verify", path, "--deep"])
                #expect(verified.status == 6, "\(what): \(verified)")
            }
            let verified = try box.run(["backup", "verify", path, "--json"])
            #expect(verified.status == 6, "\(what): \(verified)")
            #expect(try Self.tree(box.path("vaults")) == before, "\(what)")
            refused += 1
        }
        #expect(refused > 70)
        print("hostile bundles at the command: \(refused)")
        #expect(!box.exists("escaped") && !FileManager.default.fileExists(atPath: "/tmp/escaped"))
        #expect(try box.open(["get", "npcs", "1", "--field", "name"]).output == "2\n")
    }

    /// Chains with a gap, in the wrong order, with another's bundle in them, or changed in depth.
    @Test func noBrokenChainChangesAnything() throws {
        let (box, bundles) = try Self.sandbox()
        let before = try Self.tree(box.path("vaults"))
        let names = bundles.map { ($0 as NSString).lastPathComponent }
        let datas = try bundles.map { try Data(contentsOf: URL(filePath: $0)) }
        func expectRefused(_ what: String, _ files: [(String, Data)], _ named: String) throws {
            let folder = box.path("chain")
            try? FileManager.default.removeItem(atPath: folder)
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false)
            for (name, data) in files { try data.write(to: URL(filePath: folder + "/" + name)) }
            for words in [
                ["chain/" + named, "--to", box.path("vaults/game.coffer")] + Self.forced,
                ["chain/" + named, "--to", box.path("vaults/new.coffer")],
            ] {
                let outcome = try box.open(["backup", "restore"] + words)
                #expect([4, 6].contains(outcome.status), "\(what): \(outcome)")
                #expect(try Self.tree(box.path("vaults")) == before, "\(what)")
            }
        }
        try expectRefused("a gap", [(names[0], datas[0]), (names[2], datas[2])], names[2])
        try expectRefused("no full one", [(names[1], datas[1]), (names[2], datas[2])], names[2])
        try expectRefused("alone", [(names[1], datas[1])], names[1])
        for (index, what) in ["the first", "the middle"].enumerated() {
            for place in [600, datas[index].count / 2, datas[index].count - 2_000] {
                var changed = datas[index]
                changed[place] ^= 1
                var files = Array(zip(names, datas))
                files[index].1 = changed
                try expectRefused("\(what), changed at \(place)", files, names[2])
            }
        }
        // Whole, it is taken.
        let good = try box.open(
            ["backup", "restore", bundles[2], "--to", box.path("elsewhere.coffer")])
        #expect(good.status == 0, "\(good)")
    }

    @Test func whatIsRefusedForOtherReasonsChangesNothingEither() throws {
        let (box, bundles) = try Self.sandbox()
        #expect(try box.makeVault("vaults/other").status == 0)
        #expect(try box.open(["set", "npcs", "2", "name=newer"]).status == 0)
        try box.write("wrong", "not the password\n")
        try FileManager.default.createDirectory(
            atPath: box.path("vaults/folder"), withIntermediateDirectories: false)
        try box.write("vaults/file.coffer", "no vault")
        let before = try Self.tree(box.path("vaults"))
        let game = box.path("vaults/game.coffer")
        let cases: [(String, [String], String, Int32)] = [
            ("older", ["bundles", "--to", game, "--yes"], "password", 6),
            ("not confirmed", [bundles[0], "--to", game], "password", 2),
            (
                "foreign", [bundles[0], "--to", box.path("vaults/other.coffer"), "--yes"],
                "password", 6
            ),
            ("a folder", [bundles[0], "--to", box.path("vaults/folder"), "--yes"], "password", 5),
            (
                "a file", [bundles[0], "--to", box.path("vaults/file.coffer"), "--yes"], "password",
                5
            ),
            ("wrong password", [bundles[0], "--to", game, "--yes"], "wrong", 3),
            ("wrong password elsewhere", [bundles[0], "--to", game + "2"], "wrong", 3),
            (
                "no such bundle", ["bundles/none.coffer-bundle", "--to", game, "--yes"], "password",
                4
            ),
            ("an empty folder", ["home", "--to", game, "--yes"], "password", 4),
            ("another vault's id", ["bundles", "--of", "x", "--to", game, "--yes"], "password", 2),
            ("no time", ["bundles", "--at", "yesterday", "--to", game, "--yes"], "password", 2),
            (
                "before all", ["bundles", "--at", "2001-01-01", "--to", game, "--yes"], "password",
                4
            ),
            ("dry", [bundles[0], "--dry-run", "--to", game, "--yes"], "password", 0),
        ]
        for (what, words, password, status) in cases {
            let outcome = try box.run(
                ["backup", "restore"] + words + ["--password-file", password])
            #expect(outcome.status == status, "\(what): \(outcome)")
            let after = try Self.tree(box.path("vaults"))
            let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
            #expect(changed.isEmpty, "\(what): \(changed)")
        }
    }
}
