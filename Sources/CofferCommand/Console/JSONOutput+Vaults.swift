internal import Coffer

/// The shapes of `Docs/Interface.md` that are about vaults, collections and files.
extension JSONOutput {
    /// How a vault stands.
    internal static func status(
        _ status: Vault.Status, _ care: Vault.CareStatus?, isLocked: Bool
    ) -> JSONOutput {
        .object([
            ("vault", .text(status.vault)), ("path", .text(status.path)),
            ("locked", .bool(isLocked)),
            ("expires", .text(status.expires.map(Timestamp.text))),
            ("format", .integer(Int64(status.format))),
            ("epoch", status.epoch.map { .count($0) } ?? .null),
            ("generation", status.generation.map { .count($0) } ?? .null),
            ("older", status.isOlder.map { .bool($0) } ?? .null),
            ("lastBackup", .text(care?.lastBackup.map(Timestamp.text))),
            ("lastDrill", .text(care?.lastDrill.map(Timestamp.text))),
            ("due", .array((care?.due ?? []).map { .text($0) })),
            ("dueSince", .text(status.dueSince.map(Timestamp.text))),
            ("remarks", .array(status.remarks.map { .text($0) })),
        ])
    }

    /// A vault that was unlocked, and until when the kernel keeps its key.
    internal static func unlocked(_ vault: Vault, isLocked: Bool) -> JSONOutput {
        .object([
            ("vault", .text(vault.id)), ("path", .text(vault.path)), ("locked", .bool(isLocked)),
            ("expires", .text(vault.unlockedUntil().map(Timestamp.text))),
        ])
    }

    /// How many vaults were unlocked before.
    internal static func locked(_ count: Int) -> JSONOutput {
        .object([("locked", .integer(Int64(count)))])
    }

    /// A collection.
    internal static func collection(
        _ info: Vault.CollectionInfo, withSchema: Bool = false
    ) -> JSONOutput {
        .object(
            [
                ("name", .text(info.name)), ("version", .integer(Int64(info.version))),
                ("records", .count(info.records)), ("key", .text(info.key)),
                ("fields", .array(info.fields.map { .text($0) })),
            ] + (withSchema ? [("schema", .written(info.schema))] : []))
    }

    /// Files that were exported.
    internal static func exported(_ files: [(path: String, records: Int)]) -> JSONOutput {
        let listed = files.map { file in
            JSONOutput.object([
                ("path", .text(file.path)), ("records", .integer(Int64(file.records))),
            ])
        }
        let count = files.reduce(0) { $0 + $1.records }
        return .object([("files", .array(listed)), ("records", .integer(Int64(count)))])
    }

    /// A folder to which everything was exported.
    internal static func everything(_ folder: Vault.ExportedFolder) -> JSONOutput {
        .object([
            ("path", .text(folder.path)),
            ("collections", .integer(Int64(folder.collections.count))),
            ("records", .integer(Int64(folder.records))),
            ("files", .integer(Int64(folder.files))), ("bytes", .integer(folder.bytes)),
            ("kept", .integer(Int64(folder.kept))),
            (
                "damaged",
                .array(
                    folder.damaged.map {
                        .object([("name", .text($0.name)), ("reason", .text($0.reason))])
                    })
            ),
        ])
    }

    /// What an import did.
    internal static func imported(_ report: ImportReport) -> JSONOutput {
        func json(_ counts: ImportReport.Counts) -> JSONOutput {
            .object([
                ("created", .integer(Int64(counts.created))),
                ("updated", .integer(Int64(counts.updated))),
                ("unchanged", .integer(Int64(counts.unchanged))),
                ("rejected", .integer(Int64(counts.rejected))),
            ])
        }
        let collections = report.collections.map { ($0.name, json($0.counts)) }
        let rejects = report.rejects.map { reject in
            JSONOutput.object([
                ("file", .text(reject.file)), ("line", .integer(Int64(reject.line))),
                ("reason", .text(reject.reason)),
            ])
        }
        let files = report.files.map { counts -> [(String, JSONOutput)] in
            [
                ("files", json(counts)),
                ("lostFiles", .array(report.lostFiles.map { .text($0) })),
            ]
        }
        return .object(
            [("collections", .object(collections)), ("rejects", .array(rejects))] + (files ?? []))
    }

    /// Where a subscription stands.
    internal static func subscription(_ since: UInt64) -> JSONOutput {
        .object([("since", .count(since))])
    }

    internal static func bundle(_ item: Bundles.Item) -> JSONOutput {
        var members: [(String, JSONOutput)] = [
            ("path", .text(item.path)), ("state", .text(item.kind.rawValue)),
            ("bytes", .count(item.bytes)), ("problem", .text(item.problem)),
        ]
        guard let facts = item.facts else { return .object(members) }
        members += [
            ("vault", .text(facts.vault)), ("id", .text(facts.id)),
            ("kind", .text(facts.isFull ? "full" : "incremental")),
            ("created", .text(Timestamp.text(facts.created))), ("epoch", .count(facts.epoch)),
            ("generation", .count(facts.generation)), ("sequence", .count(facts.sequence)),
            ("records", .count(facts.records)),
            ("recordsOfVault", .count(facts.recordsOfVault)),
            ("chain", .integer(Int64(facts.chain))), ("parent", .text(facts.parent)),
            ("signer", .text(facts.signer)),
            ("passwords", .integer(Int64(facts.passwords))),
            ("recoveryKeys", .integer(Int64(facts.recoveryKeys))),
        ]
        return .object(members)
    }
}
