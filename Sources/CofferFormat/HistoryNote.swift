package import CofferBytes

/// Why and when a version went into the history (`Docs/Format.md`, section 11).
package struct HistoryNote: Equatable, Sendable {
    /// What became of the record.
    package enum Reason: UInt8, Sendable {
        /// Another version was written over it.
        case replaced = 1
        /// The record was deleted.
        case deleted = 2
    }

    /// The size of the digest of a row's seal, SHA-256.
    package static let digestSize = 32

    /// The first sequence number of the change set that replaced the version.
    package let change: UInt64
    /// When, in milliseconds since 1970.
    package let time: Int64
    /// What became of the record.
    package let reason: Reason
    /// SHA-256 of the row's seal, ``digestSize`` bytes.
    package let digest: [UInt8]

    /// Describes how a version ended.
    package init(change: UInt64, time: Int64, reason: Reason, digest: [UInt8]) {
        self.change = change
        self.time = time
        self.reason = reason
        self.digest = digest
    }

    /// Reads an opened note.
    ///
    /// - Throws: `unknown` for another reason, `invalid` for change 0, `truncated` and `trailing`
    ///   for a wrong length.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(bytes)
        change = try reader.u64()
        guard change > 0 else { throw .invalid }
        time = try reader.i64()
        guard let reason = Reason(rawValue: try reader.u8()) else { throw .unknown }
        self.reason = reason
        digest = try reader.take(Self.digestSize)
        try reader.end()
    }

    /// The bytes to seal.
    package var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(change)
        writer.write(time)
        writer.write(reason.rawValue)
        writer.write(digest)
        return writer.bytes
    }
}
