import Foundation
import Testing

@testable import Coffer

/// Chains of the library read by a reader that was made from the format's page alone.
@Suite(
    .enabled(
        if: IndependentReader.python != nil, "needs Python with the packages of Vectors/README.md"))
struct BundleReaderTests {
    /// What a restore changes of the state: a new instance in a higher epoch, which says so in the
    /// audit log.
    static let restoredChanges: Set<String> = [
        "instance", "epoch", "reason", "generation", "nextAudit", "auditHead", "devices",
    ]

    private static func secret(_ scratch: Scratch) throws -> [String] {
        ["--password-file", try scratch.write("secret", "correct horse\n")]
    }

    /// Everything that can come between two bundles.
    private static func change(_ vault: Vault, _ round: Int) throws {
        let number = Array("\(round + 40)".utf8)
        _ = try vault.set("ships", "b", [.json(path: ["sails"], number)])
        _ = try vault.set("members", "m1", [.text(path: ["given_name"], "Ida \(round)")])
        _ = try vault.set("sailors", "1", [.text(path: ["letter"], "A\u{30a} \(round)")])
        _ = try vault.put(
            "sailors", ndjson: Array(#"{"id":\#(round + 900),"letter":"new","nick":null}"#.utf8))
        switch round {
        case 1:
            _ = try vault.remove("ships", ["d"])
            _ = try vault.remove("sailors", ["9007199254740993"])
        case 2:
            // Deleted and added again, put back, expired, and a field more.
            _ = try vault.remove("ships", ["e"])
            _ = try vault.put("ships", ndjson: Array(#"{"id":"e","name":"again"}"#.utf8))
            _ = try vault.restore("ships", "d")
            try vault.set(Vault.HistoryPolicy(days: 30, versions: 1))
            _ = try vault.apply([
                SchemaSource(
                    name: "sailors",
                    json: Array(
                        try vault.collectionInfo("sailors").schema.replacing(
                            #""home""#,
                            with: #""extra":{"coffer:personal":{"category":"content"}},"home""#
                        ).utf8))
            ])
        default: break
        }
    }

    @Test func aVaultItsChainAndWhatIsRestoredAreReadAlike() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        let secret = try Self.secret(scratch)
        let folder = scratch.path + "/bundles"
        _ = try vault.backUp(to: folder)
        var before: [String] = []
        for round in 1...3 {
            try Self.change(vault, round)
            before = try IndependentReader.listing(ofVault: vault.path, secret: secret)
            #expect(try !vault.backUp(to: folder).isFull)
            // A chain is the vault at the instant of its last bundle.
            let chain = try IndependentReader.listing(ofBundles: folder, secret: secret)
            #expect(chain == before, "after \(round)")
        }
        // Merged, it is the same vault.
        for last: UInt64 in [2, 1] {
            let pruned = try vault.pruneBundles(
                in: folder, by: PruneMergeTests.policy(folder, last: last))
            #expect(pruned.merged.count == 1 && pruned.kept == Int(last) && pruned.needed == 0)
            let merged = try IndependentReader.listing(ofBundles: folder, secret: secret)
            #expect(merged == before, "\(last) left")
        }
        let full = scratch.path + "/full"
        let now = try IndependentReader.listing(ofVault: vault.path, secret: secret)
        #expect(try vault.backUp(to: full).isFull)
        #expect(try IndependentReader.listing(ofBundles: full, secret: secret) == now)
        let wanted = try WholeListing(before)
        let bundles = Bundles(in: scratch.surroundings)
        let made = try bundles.restore(
            bundles.plan(from: folder), to: scratch.path + "/restored.coffer",
            key: .password(Scratch.password()))
        let found = try WholeListing(
            IndependentReader.listing(ofVault: made.path, secret: secret))
        #expect(found.lines.dropLast() == wanted.lines[...])
        #expect(found.lines.last?.contains(#""act":"restore""#) == true)
        #expect(found.changedStanding(in: wanted) == Self.restoredChanges)
        let kinds = try ["record", "older", "tombstone", "audit", "key", "definition"].map {
            try wanted.objects($0).count
        }
        print("independent reader: a vault, its chain and its restored copy, \(kinds) lines alike")
        #expect(kinds.allSatisfy { $0 > 3 })
    }
}
