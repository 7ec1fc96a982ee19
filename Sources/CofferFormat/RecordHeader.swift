package import CofferBytes

/// The sealed head of a record: when and by whom it was written, and which fields it has
/// (`Docs/Format.md`, section 9.2).
package struct RecordHeader: Equatable, Sendable {
    /// When the record was made, in milliseconds since 1970.
    package var created: Int64
    /// When it was last written, in milliseconds since 1970.
    package var modified: Int64
    /// The device that wrote it.
    package var device: Identifier
    /// 1 for a new record, one more at each write.
    package var revision: UInt64
    /// The numbers of the fields present, ascending.
    package var present: [UInt16]

    /// Describes a version of a record.
    package init(
        created: Int64, modified: Int64, device: Identifier, revision: UInt64, present: [UInt16]
    ) {
        self.created = created
        self.modified = modified
        self.device = device
        self.revision = revision
        self.present = present
    }

    /// Reads an opened header.
    ///
    /// - Throws: `invalid` for revision 0 or a bitmap that ends in a zero byte; `truncated` and
    ///   `trailing` for a wrong length.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(bytes)
        created = try reader.i64()
        modified = try reader.i64()
        device = try reader.identifier()
        revision = try reader.u64()
        let bitmap = try reader.take(Int(try reader.u8()))
        try reader.end()
        guard revision > 0, bitmap.last != 0 else { throw .invalid }
        present = []
        for (index, byte) in bitmap.enumerated() where byte != 0 {
            for bit in 0..<8 where byte >> UInt8(bit) & 1 == 1 {
                present.append(UInt16(index * 8 + bit + 1))
            }
        }
    }

    /// The bytes to seal.
    ///
    /// - Precondition: Field numbers are at most ``Definition/numberLimit``.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 48)
        writer.write(created)
        writer.write(modified)
        writer.write(device)
        writer.write(revision)
        var bitmap: [UInt8] = []
        for number in present {
            let index = (Int(number) - 1) / 8
            while bitmap.count <= index { bitmap.append(0) }
            bitmap[index] |= 1 << UInt8((Int(number) - 1) % 8)
        }
        writer.write(UInt8(bitmap.count))
        writer.write(bitmap)
        return writer.bytes
    }
}
