/// What a batch of the record stream holds.
///
/// Source: `Docs/Format.md`, section 19.1.
package enum StreamKind: UInt8, CaseIterable, Sendable {
    /// The standing of the vault: the first batch.
    case standing = 1
    /// Every version of every definition.
    case definitions = 2
    /// Ranges of history numbers that are kept.
    case kept = 3
    /// Records of one collection.
    case records = 4
    /// Older versions of records of one collection.
    case history = 5
    /// Deleted records.
    case tombstones = 6
    /// Entries of the audit log.
    case audit = 7
    /// Chunks of files.
    case chunks = 8
    /// Counts and sums: the last batch.
    case end = 9

    /// Whether its batches name a collection.
    package var hasCollection: Bool { self == .kept || self == .records || self == .history }

    /// Whether its entries are counted and summed.
    package var isContent: Bool { rawValue >= Self.records.rawValue && self != .end }
}
