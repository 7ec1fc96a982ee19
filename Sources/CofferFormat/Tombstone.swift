package import CofferBytes

/// What is left of a deleted record, for the change feed (`Docs/Format.md`, section 11).
package struct Tombstone: Equatable, Sendable {
    /// How many bytes an encoded one has.
    package static let size = 36

    /// The collection's number.
    package let collection: UInt32
    /// The record's id.
    package let id: Identifier
    /// When, in milliseconds since 1970.
    package let time: Int64
    /// The revision that was deleted, plus one.
    package let revision: UInt64

    /// Describes a deletion.
    package init(collection: UInt32, id: Identifier, time: Int64, revision: UInt64) {
        self.collection = collection
        self.id = id
        self.time = time
        self.revision = revision
    }

    /// Reads an opened tombstone.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(bytes)
        collection = try reader.u32()
        id = try reader.identifier()
        time = try reader.i64()
        revision = try reader.u64()
        try reader.end()
    }

    /// The bytes to seal.
    package var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(collection)
        writer.write(id)
        writer.write(time)
        writer.write(revision)
        return writer.bytes
    }
}
