import CofferSQLite
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// A restored vault has the keys of the one that was backed up, and repeats none of its nonces.
@Suite struct BackupNonceTests {
    /// How many bytes of a seal are its nonce, `Docs/Format.md`, section 9.2.
    private static let size = 24

    /// The seals of every record and older version.
    private func seals(_ vault: Vault) throws -> Set<Data> {
        var seals: Set<Data> = []
        let connection = vault.store.connection
        var tables: [String] = []
        let names = try connection.prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '[ch]_*'")
        while try names.step() {
            tables.append(String(decoding: names.bytes(0), as: UTF8.self))
        }
        for table in tables {
            let rows = try connection.prepare("SELECT seal FROM \(table)")
            while try rows.step() { seals.insert(Data(rows.bytes(0))) }
        }
        return seals
    }

    @Test(.timeLimit(.minutes(5)))
    func tenThousandWritesAfterARestoreRepeatNoNonce() throws {
        let stage = try BackupRoundTripTests.stage()
        let lines = { (round: Int) in
            (0..<1_000).map { #"{"id":"n\#($0)","letter":"\#(round)","town":"a"}"# }
                .joined(separator: "\n")
        }
        _ = try stage.vault.put("people", ndjson: Array(lines(0).utf8))
        var seen = try seals(stage.vault)
        try stage.backUp()
        // The one that was backed up goes on, and so does each of two that were restored.
        var vaults = [stage.vault]
        for _ in 0..<2 { vaults.append(try stage.restore().vault) }
        for vault in vaults.dropFirst() {
            let restored = try seals(vault)
            #expect(restored.isDisjoint(with: seen) && restored.count > 1_000)
            seen.formUnion(restored)
        }
        for vault in vaults {
            for round in 1...10 {
                _ = try vault.put("people", ndjson: Array(lines(round).utf8))
                seen.formUnion(try seals(vault))
            }
        }
        let nonces = Set(seen.map { $0.prefix(Self.size) })
        // 1,000 records of 1 + 10 versions in one, and in two others those of the bundle anew.
        #expect(seen.count > 33_000)
        #expect(nonces.count == seen.count)
        print("nonces: \(nonces.count) of \(vaults.count) vaults under the same keys")
        for vault in vaults { #expect(try vault.check().isSound) }
        let next = BackupStage(stage.scratch, vaults[1])
        try next.backUp(to: stage.scratch.path + "/next")
        try next.expectRestored(stage.scratch.path + "/next")
    }
}
