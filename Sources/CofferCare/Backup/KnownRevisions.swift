package import CofferBundles
internal import CofferBytes
internal import CofferFormat
package import CofferRecords

/// What a vault knows of the keyrings of its bundles, of those that it has removed, too: copies of
/// them may lie elsewhere, and open with what was given up.
///
/// Source: `Docs/Format.md`, section 18.
package enum KnownRevisions {
    /// The revisions of bundles that the vault does not list any more.
    private static let collection = SystemCollection(
        "revisions", key: "bundle",
        schema: """
            {"type":"object","additionalProperties":false,\
            "required":["bundle","revision","created"],"properties":{"bundle":{"type":"string"},\
            "revision":{"type":"integer"},"created":{"type":"integer"}}}
            """)

    /// So many are remembered: a folder of 300 bundles whose keyrings are written anew each month,
    /// for more than a year.
    package static let limit = 4_096

    /// Refuses bundles whose keyring is older than the newest that the vault has written for them.
    ///
    /// - Throws: `BackupError.olderKeyring`; as reading the vault does.
    package static func check(_ chain: [BundleReader], _ reader: RecordReader) throws {
        let newest = try all(reader, try reader.knownBundles())
        for bundle in chain
        where bundle.keyring.revision < newest[bundle.manifest.bundle] ?? 0 {
            throw BackupError.olderKeyring(path: bundle.path)
        }
    }

    /// The newest revision of each bundle's keyring, by the bundle's id.
    ///
    /// - Throws: As reading the vault does.
    internal static func all(
        _ reader: RecordReader, _ known: [KnownBundle]
    ) throws -> [Identifier: UInt64] {
        var all: [Identifier: UInt64] = [:]
        for row in try removed(reader) { all[row.bundle] = row.revision }
        for bundle in known {
            all[bundle.bundle] = max(all[bundle.bundle] ?? 0, bundle.revision)
        }
        return all
    }

    /// Remembers bundles that the vault will list no more; the oldest of all make room.
    ///
    /// The first revision of a keyring is the oldest that there can be and needs no note.
    ///
    /// - Throws: As writing the vault does.
    package static func keep(
        _ gone: [KnownBundle], _ writer: RecordWriter, limit: Int = KnownRevisions.limit
    ) throws {
        let rows = gone.filter { $0.revision > 1 }
        guard !rows.isEmpty else { return }
        let plan = try collection.plan(writer)
        for row in rows {
            try writer.put(
                record(row.bundle, row.revision, row.created), in: plan, existing: .update)
        }
        let all = try removed(writer.reader).sorted { ($0.created, $0.id) < ($1.created, $1.id) }
        for row in all.dropLast(max(0, limit)) { try writer.delete(row.id, in: plan) }
    }

    /// Takes note that the keyring of a bundle that the vault does not list was written anew, where
    /// it remembers that one.
    ///
    /// - Throws: As writing the vault does.
    internal static func raise(
        _ bundle: Identifier, to revision: UInt64, _ writer: RecordWriter
    ) throws {
        guard let row = try removed(writer.reader).first(where: { $0.bundle == bundle }) else {
            return
        }
        try writer.put(
            record(bundle, revision, row.created), in: try collection.plan(writer),
            existing: .update)
    }

    private static func record(
        _ bundle: Identifier, _ revision: UInt64, _ created: Int64
    ) -> Value {
        .object([
            Value.Member("bundle", .text(bundle.description)),
            Value.Member("revision", .integer(Int64(clamping: revision))),
            Value.Member("created", .integer(created)),
        ])
    }

    private struct Row {
        let id: Identifier
        let bundle: Identifier
        let revision: UInt64
        let created: Int64
    }

    private static func removed(_ reader: RecordReader) throws -> [Row] {
        guard let plan = try collection.plan(reader) else { return [] }
        var rows: [Row] = []
        try reader.scan(plan) { record in
            let value = record.value
            guard case .text(let text)? = value["bundle"],
                let bundle = Identifier(text: text),
                case .integer(let revision)? = value["revision"],
                case .integer(let created)? = value["created"]
            else { return true }
            rows.append(
                Row(
                    id: record.id, bundle: bundle, revision: UInt64(clamping: revision),
                    created: created))
            return true
        }
        return rows
    }
}
