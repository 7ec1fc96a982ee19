internal import Coffer

/// The shapes of `Docs/Interface.md` that are about records.
extension JSONOutput {
    /// A record that was written.
    internal static func written(_ written: Vault.Written) -> JSONOutput {
        .object([
            ("id", .text(written.id)), ("version", .count(written.version)),
            ("created", .bool(written.isNew)),
        ])
    }

    /// How many records went.
    internal static func removed(_ count: Int) -> JSONOutput {
        .object([("removed", .integer(Int64(count)))])
    }

    /// How many of the records for which a condition holds were changed.
    internal static func changed(_ count: Int, of matched: Int) -> JSONOutput {
        .object([("matched", .integer(Int64(matched))), ("changed", .integer(Int64(count)))])
    }

    /// A version of a record.
    internal static func version(_ version: Vault.Version) -> JSONOutput {
        .object([
            ("version", .count(version.document.version)),
            ("modified", .text(Timestamp.text(version.document.modified))),
            ("ended", .text(version.ended.map { Timestamp.text($0) })),
            ("fate", .text(version.fate.rawValue)),
            ("fields", .written(version.document.json)),
        ])
    }

    /// What an undo has done.
    internal static func undone(_ undone: Vault.Undone) -> JSONOutput {
        .object([
            ("restored", .integer(Int64(undone.restored))),
            ("reverted", .integer(Int64(undone.reverted))),
            ("removed", .integer(Int64(undone.removed))),
            ("time", .text(Timestamp.text(undone.time))),
        ])
    }

    /// A record in the trash.
    internal static func trashed(_ trashed: Vault.Trashed) -> JSONOutput {
        .object([
            ("collection", .text(trashed.collection)), ("id", .text(trashed.document.id)),
            ("key", .text(trashed.document.key)),
            ("version", .count(trashed.document.version)),
            ("deleted", .text(Timestamp.text(trashed.deleted))),
        ])
    }

    /// A change.
    internal static func change(_ change: Vault.Change) -> JSONOutput {
        .object(members(of: change))
    }

    /// The members of a change.
    internal static func members(of change: Vault.Change) -> [(String, JSONOutput)] {
        [
            ("seq", .count(change.number)), ("collection", .text(change.collection)),
            ("id", .text(change.id)), ("kind", .text(change.kind.rawValue)),
            ("version", .count(change.version)),
        ]
    }

    /// A record that holds what was looked for.
    internal static func hit(_ hit: Vault.Hit) -> JSONOutput {
        .object([
            ("collection", .text(hit.collection)), ("id", .text(hit.document.id)),
            ("key", .text(hit.document.key)), ("score", .integer(Int64(hit.score))),
            ("pointer", .text(hit.pointer)), ("before", .text(hit.before)),
            ("match", .text(hit.match)), ("after", .text(hit.after)),
        ])
    }
}
