import CofferExchange
import CofferFormat
import Foundation
import Testing

@testable import Coffer

/// One round trip and the material for it.
enum RoundTrip {
    /// What came of it.
    struct Result: CustomStringConvertible {
        var records = 0
        var collections = 0
        var differences: [String] = []
        /// Records whose own members come in another order than in the file.
        var reordered = 0
        var changesOfSecondImport = 0

        var isExact: Bool { differences.isEmpty && changesOfSecondImport == 0 }

        var description: String {
            "\(records) records in \(collections) collections, \(differences.count) differences"
                + (differences.isEmpty ? "" : " (\(differences.prefix(5)))")
                + ", \(reordered) with their members in another order"
                + ", second import \(changesOfSecondImport) changes"
        }
    }

    private struct Record {
        let collection: String
        let value: Value
    }

    /// Imports files, exports every collection, compares value by value, imports again.
    static func run(_ vault: Vault, _ files: [URL]) throws -> Result {
        var result = Result()
        var request = ImportRequest(paths: files.map(\.path))
        let first = try vault.importFiles(request) { _, _ in }
        for (name, counts) in first.collections where counts.rejected + counts.updated > 0 {
            result.differences.append("\(name): \(counts)")
        }
        var expected: [String: [Value]] = [:]
        for file in files {
            for record in try records(file.path) {
                expected[record.collection, default: []].append(record.value)
            }
        }
        for (name, values) in expected {
            result.collections += 1
            result.records += values.count
            let found = try exported(vault, name)
            if found.count != values.count {
                result.differences.append("\(name): \(found.count) of \(values.count)")
            }
            for (index, (left, right)) in zip(found, values).enumerated() where left != right {
                if inNameOrder(left) == inNameOrder(right) {
                    result.reordered += 1
                } else {
                    result.differences.append("\(name) \(index)")
                }
            }
        }
        request.existing = .update
        for (_, counts) in try vault.importFiles(request, progress: { _, _ in }).collections {
            result.changesOfSecondImport += counts.created + counts.updated + counts.rejected
        }
        return result
    }

    private static func exported(_ vault: Vault, _ name: String) throws -> [Value] {
        var bytes: [UInt8] = []
        _ = try vault.export([name], as: .ndjson) { bytes += $0 }
        return try bytes.split(separator: UInt8(ascii: "\n")).map { try JSON.parse(Array($0)) }
    }

    private static func records(_ path: String) throws -> [Record] {
        var found: [Record] = []
        var rejects: [String] = []
        try OpenedFile(path).records(RecordSource.Options()).read { event in
            switch event {
            case .record(let record):
                found.append(Record(collection: record.collection, value: record.value))
            case .reject(let reject): rejects.append(reject.reason)
            }
            return true
        }
        #expect(rejects.isEmpty, "\(path)")
        return found
    }

    /// The order of a record's own members is that of its fields; below, it is kept.
    private static func inNameOrder(_ value: Value) -> Value {
        guard case .object(let members) = value else { return value }
        return .object(
            members.sorted { Array($0.name.utf8).lexicographicallyPrecedes($1.name.utf8) })
    }

    private static let package = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// `COFFER_DATA`, else `../shared/data`; nil where it is absent.
    static let data: URL? = {
        let named = ProcessInfo.processInfo.environment["COFFER_DATA"].map { URL(filePath: $0) }
        let folder = named ?? package.deletingLastPathComponent().appending(path: "shared/data")
        guard FileManager.default.fileExists(atPath: folder.path) else {
            print("Skipped: \(folder.path) is absent; name real sets with COFFER_DATA.")
            return nil
        }
        return folder
    }()

    /// Whether the campaigns that take minutes are tried too.
    static let isLong = ProcessInfo.processInfo.environment["COFFER_LONG_TESTS"] == "1"

    /// A generated campaign of a size, for the caller to delete; nil without data or python3.
    static func campaign(_ size: String) -> URL? {
        guard let data else { return nil }
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "coffer-round-trip-\(UInt64.random(in: 0 ... .max))")
        let generator = Process()
        generator.executableURL = URL(filePath: "/usr/bin/env")
        generator.arguments = [
            "python3", data.appending(path: "make_campaign.py").path, "--size", size, "--out",
            folder.path,
        ]
        generator.standardOutput = FileHandle.nullDevice
        guard (try? generator.run()) != nil else { return nil }
        generator.waitUntilExit()
        return generator.terminationStatus == 0 ? folder : nil
    }

    /// The campaign of `Docs/Examples`, or a few records of every shape where it is not there.
    static func ownCampaign(_ scratch: Scratch) throws -> [URL] {
        let folder = package.appending(path: "Docs/Examples/campaign")
        let kept = try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            .filter { $0.hasSuffix(".json") || $0.hasSuffix(".ndjson") }
        if let kept, !kept.isEmpty { return kept.map { folder.appending(path: $0) } }
        let places = try scratch.write(
            "own/places.json",
            #"""
            [{"id":"mill","name":"Old mill","depth":-0.0,"levels":[1,1.0,1e2,10000000000000000000000]},
             {"id":"keep","name":"Søndre keep","secret":null,"rooms":{"hall":{"exits":["n","s"]},"":{}}},
             {"id":"void"}]
            """#)
        let people = try scratch.write(
            "own/people.ndjson",
            #"""
            {"name":"Ida","home":"mill","note":"A\u0000b \"c\" \\ \u001f 𝄞 e\u0301"}
            {"name":"Ida","home":"mill","note":"A\u0000b \"c\" \\ \u001f 𝄞 e\u0301"}
            {"home":"keep","name":"Bo","note":""}
            """#)
        return [URL(filePath: places), URL(filePath: people)]
    }

    /// The files in `folder` (not below) whose names end in `suffix`, in order.
    static func files(_ folder: URL, _ suffix: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(suffix) }.sorted().map { folder.appending(path: $0) }
    }
}
