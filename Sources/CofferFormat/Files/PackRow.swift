package import CofferBytes

/// A pack of chunks, as it is sealed in `pack` (`Docs/Format.md`, section 20.3).
package struct PackRow: Equatable, Sendable {
    /// The name of its file.
    package let id: Identifier
    /// Where its last batch ends; what lies behind is no part of it.
    package var length: UInt64

    /// Describes a pack.
    package init(id: Identifier, length: UInt64) {
        self.id = id
        self.length = length
    }

    /// Reads an opened row.
    ///
    /// - Throws: `truncated`, `trailing`; `invalid` for a length that no pack has.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(bytes)
        id = try reader.identifier()
        length = try reader.u64()
        guard length > 0, length <= UInt64(Int64.max),
            length % UInt64(ChunkLimits.batchStep) == 0
        else { throw .invalid }
        try reader.end()
    }

    /// The bytes to seal.
    package var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(id)
        writer.write(length)
        return writer.bytes
    }
}
