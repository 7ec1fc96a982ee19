import Foundation
import Testing

/// Safety bundles as the program takes and shows them.
@Suite(.enabled(if: BuiltProgram.isThere)) struct SafetyCommandTests {
    private static let schema = #"""
        {"title":"npcs","type":"object","required":["id"],
         "properties":{"id":{"type":"string"},"level":{"type":"integer"}}}
        """#
    private static let changed = schema.replacingOccurrences(
        of: #""integer"}"#, with: #""integer","coffer:index":true}"#)

    private func box() throws -> (box: Sandbox, folder: String) {
        let box = try Sandbox()
        let made = try box.makeVault()
        try box.write("npcs.schema.json", Self.schema)
        #expect(try box.open(["schema", "apply", "npcs.schema.json"]).status == 0)
        #expect(try box.open(["add", "npcs", "id=ana", "level=3"]).status == 0)
        try box.write("npcs.schema.json", Self.changed)
        let vault = made["vault"] as? String ?? ""
        return (box, "home/.local/state/coffer/safety/\(vault)")
    }

    @Test func schemaApplyNamesTheBundleAndBackupListShowsIt() throws {
        let (box, folder) = try box()
        #expect(!box.exists(folder))
        let applied = try box.open(["schema", "apply", "npcs.schema.json", "--json"])
        #expect(applied.status == 0)
        let items = try #require(applied.json as? [[String: Any]])
        let path = try #require(items.first?["safetyBundle"] as? String)
        #expect(path.hasPrefix(box.path(folder)))
        #expect(applied.errors.contains("A safety bundle of before is \(path)."))
        let listed = try box.run(["backup", "list", folder, "--json"])
        let bundles = try #require(listed.json as? [[String: Any]])
        #expect(bundles.map { $0["path"] as? String }.compactMap { $0 }.map(box.path) == [path])
        #expect(try box.open(["backup", "verify", path, "--deep"]).status == 0)
        // Nothing changes the second time.
        let again = try box.open(["schema", "apply", "npcs.schema.json", "--json"])
        #expect((again.json as? [[String: Any]])?.first?["safetyBundle"] is NSNull)
    }

    @Test func aFolderThatTakesNoneIsNamedAndEndsWithEight() throws {
        let (box, folder) = try box()
        try box.write("home/.local/state/coffer/safety", "in the way")
        let applied = try box.open(["schema", "apply", "npcs.schema.json", "--json"])
        #expect(applied.status == 8)
        #expect(applied.code == "storage")
        #expect(applied.errors.contains(box.path(folder)))
        #expect(try box.open(["schema", "show", "npcs", "--json"])["version"] as? Int == 1)
    }

    @Test func restoringOverAVaultNamesTheBundle() throws {
        let (box, folder) = try box()
        #expect(try box.open(["backup", "create", "--to", "backups"]).status == 0)
        let restored = try box.open([
            "backup", "restore", "backups", "--to", "./game.coffer", "--yes", "--json",
        ])
        #expect(restored.status == 0, "\(restored.errors)")
        let path = try #require(restored["safetyBundle"] as? String)
        #expect(path.hasPrefix(box.path(folder)))
        #expect(try box.open(["check"]).status == 0)
    }
}
