import CofferBytes
import Foundation

@testable import Coffer

/// A vault exported with everything, imported into a new one, and both compared.
enum WholeVault {
    /// What came of it.
    struct Result {
        var collections = 0
        var records = 0
        /// Records whose id is not derived from a key, and so is the same in both.
        var carriedIDs = 0
        var differences: [String] = []
    }

    /// What a vault has to be equal in.
    private struct Content: Equatable {
        let schema: String
        let key: String?
        let fields: [String]
        let records: [String]
    }

    /// Exports a vault, imports that into a new one, exports this, and compares all three.
    static func roundTrip(_ vault: Vault, _ scratch: Scratch) throws -> Result {
        var result = Result()
        let first = scratch.path + "/first"
        let told = try vault.exportEverything(to: first)
        let copy = try scratch.vault("copy.coffer")
        let report = try copy.importFiles(ImportRequest(paths: [first])) { _, _ in }
        for (name, counts) in report.collections
        where counts.updated + counts.unchanged + counts.rejected > 0 {
            result.differences.append("\(name): \(counts)")
        }
        let names = try vault.collections().map(\.name)
        if try copy.collections().map(\.name) != names { result.differences.append("the order") }
        for name in names {
            let (left, right) = (try content(vault, name), try content(copy, name))
            result.collections += 1
            result.records += left.content.records.count
            result.carriedIDs += left.carried
            if left.content != right.content { result.differences.append(name) }
        }
        if told.records != result.records { result.differences.append("the count") }
        _ = try copy.exportEverything(to: scratch.path + "/second")
        result.differences += try differences(first, scratch.path + "/second")
        if try copy.check().isSound != vault.check().isSound {
            result.differences.append("one of them is not sound")
        }
        return result
    }

    private static func content(
        _ vault: Vault, _ name: String
    ) throws -> (content: Content, carried: Int) {
        let info = try vault.collectionInfo(name)
        var records: [String] = []
        var carried = 0
        try vault.scan(name) { document in
            // An id that is derived from a key is another one in each vault.
            if document.key == nil { carried += 1 }
            let id = document.key.map { "key \($0)" } ?? document.id
            records.append("\(id) \(Timestamp.text(document.created)) \(document.json)")
            return true
        }
        return (
            Content(schema: info.schema, key: info.key, fields: info.fields, records: records),
            carried
        )
    }

    /// In which files two folders differ; at least the manifest must be there.
    static func differences(_ left: String, _ right: String) throws -> [String] {
        let (before, after) = (try files(left), try files(right))
        guard before.keys.contains(FolderManifest.fileName) else { return ["no manifest"] }
        return Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
    }

    /// All files of a folder by their paths.
    static func files(_ folder: String) throws -> [String: Data] {
        let names = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
        var found: [String: Data] = [:]
        for name in names {
            let path = folder + "/" + name
            let kind = try FileManager.default.attributesOfItem(atPath: path)[.type]
            if kind as? FileAttributeType == .typeRegular {
                found[name] = try Data(contentsOf: URL(filePath: path))
            }
        }
        return found
    }
}
