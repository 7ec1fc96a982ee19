package import CofferBytes

/// What the stream of a bundle promises: how much it holds, how much there was, what that was, and the sum.
///
/// Source: `Docs/Format.md`, section 19.2, kind 9.
package struct StreamEnd: Equatable, Sendable {
    /// How many of each there are.
    package struct Counts: Equatable, Sendable {
        /// Records.
        package var records: UInt64 = 0
        /// Older versions.
        package var history: UInt64 = 0
        /// Deleted records.
        package var tombstones: UInt64 = 0
        /// Entries of the audit log.
        package var audit: UInt64 = 0
        /// Chunks of files.
        package var chunks: UInt64 = 0

        /// Nothing.
        package init() {}

        /// The five counts in the order of the format.
        package var all: [UInt64] { [records, history, tombstones, audit, chunks] }

        /// Counts `number` more of a kind; kinds without content count nothing.
        package mutating func add(_ kind: StreamKind, _ number: UInt64 = 1) {
            switch kind {
            case .records: records &+= number
            case .history: history &+= number
            case .tombstones: tombstones &+= number
            case .audit: audit &+= number
            case .chunks: chunks &+= number
            case .standing, .definitions, .kept, .end: break
            }
        }

        fileprivate init(_ reader: inout ByteReader) throws(ByteReader.Failure) {
            records = try reader.u64()
            history = try reader.u64()
            tombstones = try reader.u64()
            audit = try reader.u64()
            chunks = try reader.u64()
            guard all.allSatisfy({ $0 <= UInt64(Int64.max) }) else { throw .limit }
        }
    }

    /// What the stream holds.
    package var entries = Counts()
    /// What the vault held.
    package var live = Counts()
    /// The live code: what names everything that the vault held.
    package var liveCode = [UInt8](repeating: 0, count: Sum256.size)
    /// The sum of the own codes.
    package var ownSum = Sum256()

    /// Nothing.
    package init() {}

    /// Reads an entry of kind 9.
    ///
    /// - Throws: `truncated`, `trailing`, `limit`.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(bytes)
        entries = try Counts(&reader)
        live = try Counts(&reader)
        liveCode = try reader.take(Sum256.size)
        guard let own = Sum256(try reader.take(Sum256.size)) else { throw .truncated }
        ownSum = own
        try reader.end()
    }

    /// The entry.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 144)
        for count in entries.all + live.all { writer.write(count) }
        writer.write(liveCode)
        writer.write(ownSum.bytes)
        return writer.bytes
    }
}
