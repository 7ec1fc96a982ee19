import CofferExchange
import CofferFormat
import Foundation
import Testing

@Suite(.enabled(if: ExchangeMaterial.data != nil)) struct RealDataTests {
    /// A folder, the end of its files' names, how many files, how many records.
    static let sets: [(folder: String, suffix: String, files: Int, records: Int)] = [
        ("srd/5e-bits-2014-en", ".json", 25, 2_317),
        ("srd/open5e-srd-2024", ".json", 17, 3_215),
        // 602 values; four of them are objects of 29, 60, 4 and 45 records.
        ("srd/basic-fantasy", ".json", 20, 602 - 4 + 29 + 60 + 4 + 45),
        ("srd/datasworn", ".json", 1, 1),
        ("foundry/nedb-packs/dnd5e-srd", ".db", 7, 428),
        ("foundry/nedb-packs/vaults-of-vaarn", ".db", 10, 138),
        ("foundry/world-trophy-dark-srd/data", ".db", 12, 44),
        ("foundry/pf2e-json", ".json", 1, 1),
        ("improved-initiative", ".json", 3, 640),
        ("improved-initiative/assembled", ".json", 2, 172),
    ]

    @Test(arguments: sets)
    func eachSetIsReadInFullAndComesBackFromEachWriter(
        _ set: (folder: String, suffix: String, files: Int, records: Int)
    ) throws {
        let folder = try #require(ExchangeMaterial.data).appending(path: set.folder)
        var count = 0
        var collections: Set<String> = []
        let files = try ExchangeMaterial.files(folder, set.suffix)
        for file in files {
            let source = try RecordSource(file: file)
            let found = try source.all()
            #expect(found.rejects.isEmpty, "\(file.lastPathComponent)")
            count += found.records.count
            collections.formUnion(found.records.map(\.collection))
            try comesBack(found.records, file.lastPathComponent)
        }
        print("\(set.folder): \(count) records in \(files.count) files,", collections.sorted())
        #expect(files.count == set.files)
        #expect(count == set.records)
    }

    /// The records are, value by value, what any JSON reader finds in the file.
    @Test func recordsAreTheElementsOfTheArray() throws {
        let data = try #require(ExchangeMaterial.data)
        var count = 0
        for folder in ["srd/5e-bits-2014-en", "srd/open5e-srd-2024", "improved-initiative"] {
            for file in try ExchangeMaterial.files(data.appending(path: folder), ".json") {
                let whole = try JSON.parse([UInt8](Data(contentsOf: file)))
                #expect(try .array(RecordSource(file: file).values()) == whole)
                count += 1
            }
        }
        let document = data.appending(path: "srd/datasworn/starforged.json")
        let whole = try JSON.parse([UInt8](Data(contentsOf: document)))
        #expect(try RecordSource(file: document).values() == [whole])
        #expect(count == 45)
    }

    @Test func ownKeysAreFoundWhereTheSetsHaveThem() throws {
        let data = try #require(ExchangeMaterial.data)
        for (folder, suffix, key) in [
            ("srd/5e-bits-2014-en", ".json", "index"), ("srd/open5e-srd-2024", ".json", "pk"),
            ("foundry/nedb-packs/dnd5e-srd", ".db", "_id"), ("srd/datasworn", ".json", "_id"),
        ] {
            for file in try ExchangeMaterial.files(data.appending(path: folder), suffix) {
                var scan = KeyScan(canonical: KeyScan.bytes)
                var names: Set<String> = []
                try RecordSource(file: file).read { event in
                    if case .record(let record) = event {
                        scan.add(record.value, in: record.collection)
                        names.insert(record.collection)
                    }
                    return true
                }
                #expect(names.allSatisfy { scan.finding(for: $0) == .field(key) }, "\(file)")
            }
        }
    }

    @Test func bothExportsOfImprovedInitiativeHoldTheSame() throws {
        let folder = try #require(ExchangeMaterial.data)
            .appending(path: "improved-initiative/assembled")
        func records(_ name: String) throws -> Set<String> {
            Set(
                try RecordSource(file: folder.appending(path: name)).all().records.map {
                    $0.collection + String(decoding: JSON.write($0.value), as: UTF8.self)
                })
        }
        let current = try records("export-current.json")
        #expect(try current == records("export-legacy.json"))
        #expect(current.count == 86)
    }

    private func comesBack(_ records: [SourceRecord], _ name: String) throws {
        let values = records.map(\.value)
        let array = Output()
        var arrayWriter = ArrayWriter(to: array.sink)
        let lines = Output()
        var lineWriter = LineWriter(to: lines.sink)
        let table = Output()
        var tableWriter = CSVWriter(
            columns: columns(of: values), types: { _ in .any }, to: table.sink)
        for value in values {
            try arrayWriter.write(value)
            try lineWriter.write(value)
            try tableWriter.write(value)
        }
        try arrayWriter.finish()
        try lineWriter.finish()
        try tableWriter.finish()
        var options = RecordSource.Options()
        options.types = { _ in .any }
        #expect(try RecordSource(array.bytes, name: "a.json").values() == values, "\(name)")
        #expect(try RecordSource(lines.bytes, name: "a.ndjson").values() == values, "\(name)")
        #expect(
            try RecordSource(table.bytes, name: "a.csv", options: options).values()
                .map(\.inNameOrder) == values.map(\.inNameOrder), "\(name)")
        try comesBackInCollections(records, name)
    }

    private func comesBackInCollections(_ records: [SourceRecord], _ name: String) throws {
        guard !records.isEmpty else { return }
        let output = Output()
        var writer = CollectionsWriter(to: output.sink)
        var expected: [SourceRecord] = []
        for collection in Set(records.map(\.collection)) {
            writer.begin(collection)
            for record in records where record.collection == collection {
                try writer.write(record.value)
                expected.append(record)
            }
        }
        try writer.finish()
        let found = try RecordSource(output.bytes, name: "a.json").all()
        #expect(found.records.map(\.value) == expected.map(\.value), "\(name)")
        // A fixture's model names its collection, and here the member's name does: the same.
        #expect(found.records.map(\.collection) == expected.map(\.collection), "\(name)")
    }
}
