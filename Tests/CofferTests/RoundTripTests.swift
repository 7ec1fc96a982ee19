import CofferExchange
import CofferFormat
import Foundation
import Testing

@testable import Coffer

/// Real sets of records into a vault, out again, and in a second time.
@Suite struct RoundTripTests {
    /// A set of files: the folder, the end of their names, how many files and records there are.
    struct RealSet: CustomTestStringConvertible, Sendable {
        let folder: String
        let suffix: String
        let files: Int
        let records: Int
        var testDescription: String { folder }
    }

    private static let sets = [
        RealSet(folder: "srd/5e-bits-2014-en", suffix: ".json", files: 25, records: 2_317),
        RealSet(folder: "srd/open5e-srd-2024", suffix: ".json", files: 17, records: 3_215),
        RealSet(folder: "srd/basic-fantasy", suffix: ".json", files: 20, records: 736),
        RealSet(folder: "srd/datasworn", suffix: ".json", files: 1, records: 1),
        RealSet(folder: "foundry/nedb-packs/dnd5e-srd", suffix: ".db", files: 7, records: 428),
        RealSet(
            folder: "foundry/nedb-packs/vaults-of-vaarn", suffix: ".db", files: 10, records: 138),
        RealSet(
            folder: "foundry/world-trophy-dark-srd/data", suffix: ".db", files: 12, records: 44),
        RealSet(folder: "improved-initiative", suffix: ".json", files: 3, records: 640),
    ]

    @Test(.enabled(if: RoundTrip.data != nil, "COFFER_DATA is not at hand"), arguments: sets)
    func everyRecordComesBackAndASecondImportChangesNothing(_ set: RealSet) throws {
        let folder = try #require(RoundTrip.data).appending(path: set.folder)
        let files = try RoundTrip.files(folder, set.suffix)
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let result = try RoundTrip.run(vault, files)
        print("round trip, \(set.folder): \(result)")
        #expect(files.count == set.files)
        #expect(result.records == set.records)
        #expect(result.isExact)
        #expect(try vault.check().isSound)
    }

    @Test(.enabled(if: RoundTrip.data != nil, "COFFER_DATA is not at hand"))
    func theCampaignComesBackUnderItsSchemas() throws {
        try roundTrip(campaign: "small", records: 500, readsIndependently: true)
    }

    @Test(
        .enabled(
            if: RoundTrip.isLong && RoundTrip.data != nil,
            "COFFER_LONG_TESTS asks for it, and COFFER_DATA is needed"),
        arguments: [("medium", 20_000), ("large", 200_000)])
    func aLargerCampaignComesBackUnderItsSchemas(_ size: String, _ records: Int) throws {
        try roundTrip(campaign: size, records: records, readsIndependently: size == "medium")
    }

    private func roundTrip(
        campaign size: String, records: Int, readsIndependently: Bool
    ) throws {
        let scratch = try Scratch()
        guard let campaign = RoundTrip.campaign(size) else {
            return print("Skipped: the campaign's generator needs python3.")
        }
        defer { try? FileManager.default.removeItem(at: campaign) }
        let vault = try FullVault.empty(scratch)
        let schemas = try RoundTrip.files(
            #require(RoundTrip.data).appending(path: "campaign-schemas"), ".schema.json")
        _ = try vault.apply(
            schemas.map {
                SchemaSource(
                    name: String($0.lastPathComponent.dropLast(".schema.json".count)),
                    json: [UInt8](try Data(contentsOf: $0)))
            })
        let files = try RoundTrip.files(campaign, ".ndjson")
        let result = try RoundTrip.run(vault, files)
        print("round trip, \(size) campaign with \(schemas.count) schemas: \(result)")
        #expect(files.count == 16)
        #expect(schemas.count == 16)
        #expect(result.records == records)
        #expect(result.isExact)
        #expect(try vault.check().isSound)
        guard readsIndependently, IndependentReader.python != nil else { return }
        #expect(try IndependentReader.agree(vault, scratch) == records)
        print("independent reader: the \(size) campaign, alike")
    }

    @Test func theProjectsOwnCampaignComesBack() throws {
        let scratch = try Scratch()
        let files = try RoundTrip.ownCampaign(scratch)
        let vault = try scratch.vault()
        let result = try RoundTrip.run(vault, files)
        print("round trip, own campaign: \(result)")
        #expect(result.records > 0)
        #expect(result.isExact)
        #expect(try vault.check().isSound)
    }
}
