import Foundation
import Testing

@testable import Coffer

/// Real sets of records and generated campaigns, as whole vaults.
@Suite struct EverythingDataTests {
    private static let sets = [
        ("srd/5e-bits-2014-en", ".json", 2_317), ("srd/open5e-srd-2024", ".json", 3_215),
        ("srd/basic-fantasy", ".json", 736), ("foundry/nedb-packs/dnd5e-srd", ".db", 428),
        ("foundry/nedb-packs/vaults-of-vaarn", ".db", 138),
        ("foundry/world-trophy-dark-srd/data", ".db", 44), ("improved-initiative", ".json", 640),
    ]

    @Test(.enabled(if: RoundTrip.data != nil, "COFFER_DATA is not at hand"), arguments: sets)
    func aRealSetIsTheSameInAnotherVault(_ folder: String, _ suffix: String, _ records: Int) throws
    {
        let files = try RoundTrip.files(
            #require(RoundTrip.data).appending(path: folder), suffix)
        let scratch = try Scratch()
        let vault = try scratch.vault()
        _ = try vault.importFiles(ImportRequest(paths: files.map(\.path))) { _, _ in }
        let result = try WholeVault.roundTrip(vault, scratch)
        print("everything, \(folder): \(result)")
        #expect(result.differences == [])
        #expect(result.records == records)
    }

    @Test(
        .enabled(if: RoundTrip.data != nil, "COFFER_DATA is not at hand"),
        arguments: RoundTrip.isLong ? [("small", 500), ("large", 200_000)] : [("small", 500)])
    func aCampaignIsTheSameInAnotherVault(_ size: String, _ records: Int) throws {
        let scratch = try Scratch()
        guard let campaign = RoundTrip.campaign(size) else {
            return print("Skipped: the campaign's generator needs python3.")
        }
        defer { try? FileManager.default.removeItem(at: campaign) }
        let vault = try scratch.vault()
        let schemas = try RoundTrip.files(
            #require(RoundTrip.data).appending(path: "campaign-schemas"), ".schema.json")
        _ = try vault.apply(
            schemas.map {
                SchemaSource(
                    name: String($0.lastPathComponent.dropLast(".schema.json".count)),
                    json: [UInt8](try Data(contentsOf: $0)))
            })
        let files = try RoundTrip.files(campaign, ".ndjson")
        _ = try vault.importFiles(ImportRequest(paths: files.map(\.path))) { _, _ in }
        let result = try WholeVault.roundTrip(vault, scratch)
        print("everything, \(size) campaign: \(result)")
        #expect(result.differences == [])
        #expect(result.records == records)
    }
}
