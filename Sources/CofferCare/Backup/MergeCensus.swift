internal import CofferBytes
internal import CofferFormat

/// Which bundle of a chain says last what became of a record.
///
/// Only the ids of what the newer bundles touched are in memory.
internal struct MergeCensus {
    /// A record, wherever it is.
    struct Record: Hashable {
        let collection: UInt32
        let id: Identifier
    }

    private var last: [Record: Int] = [:]
    private var kept: [UInt32: StreamRanges] = [:]

    /// Looks through all bundles but the oldest, the newest first.
    ///
    /// - Throws: What reading them throws.
    init(_ count: Int, open: (Int) throws -> MergeSource) throws {
        for index in 0..<count {
            let source = try open(index)
            if index == 0 { try keep(source) }
            guard index < count - 1 else { return }
            while let entry = source.entry {
                let kind = entry.place.kind
                // What comes behind is no record's.
                guard kind.rawValue <= StreamKind.tombstones.rawValue else { break }
                if kind == .records || kind == .tombstones, let subject = entry.subject,
                    last[subject] == nil
                {
                    last[subject] = index
                }
                try source.advance()
            }
        }
    }

    private mutating func keep(_ newest: MergeSource) throws {
        for batch in newest.kept {
            kept[batch.collection] = try StreamRanges(
                batch.parts[0].bytes ?? [], count: batch.count)
        }
    }

    /// Whether the vault at the end of the chain has an entry.
    ///
    /// - Parameter index: Which bundle has it, 0 being the newest.
    func isLive(_ entry: MergeSource.Entry, in index: Int) -> Bool {
        switch entry.place.kind {
        case .records: entry.subject.flatMap { last[$0] }.map { $0 == index } ?? true
        case .history: kept[entry.place.collection]?.contains(entry.place.number) ?? false
        default: true
        }
    }
}
