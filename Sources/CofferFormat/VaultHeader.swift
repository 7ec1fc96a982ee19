package import CofferBytes

/// The one clear row of a vault: that it is one, its format and its id.
///
/// Nothing is believed of it but the id, which is part of every seal's context.
package struct VaultHeader: Equatable, Sendable {
    /// The format that this build writes and the only one it reads.
    package static let currentFormat: UInt16 = 1
    /// `PRAGMA application_id` of every vault: `Cofr`.
    package static let applicationID: Int32 = 0x436F_6672
    /// `PRAGMA page_size`; `Docs/Decisions/0001-record-layout.md` has the figures.
    package static let pageSize: Int32 = 8_192

    private static let magic = Array("coffer\0".utf8)

    /// The format's version.
    package let format: UInt16
    /// The vault's id.
    package let vault: Identifier

    /// A header of the current format.
    package init(vault: Identifier) {
        format = Self.currentFormat
        self.vault = vault
    }

    /// Reads a header; any format number is accepted here, so that the caller can name it.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(bytes)
        guard try reader.take(Self.magic.count) == Self.magic else { throw .invalid }
        format = try reader.u16()
        guard try reader.u16() == 0 else { throw .invalid }
        vault = try reader.identifier()
        try reader.end()
    }

    /// The 27 bytes of `meta` row 0.
    package var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.magic)
        writer.write(format)
        writer.write(UInt16(0))
        writer.write(vault)
        return writer.bytes
    }
}
