package import CofferBytes

/// The chunks of a file in their order (`Docs/Format.md`, section 20.4).
package struct ChunkList: Equatable, Sendable {
    /// One chunk.
    package struct Item: Hashable, Sendable {
        /// Its name.
        package let name: [UInt8]
        /// How many bytes it has.
        package let size: Int

        /// Names a chunk.
        package init(name: [UInt8], size: Int) {
            self.name = name
            self.size = size
        }
    }

    /// The size of an item in bytes.
    package static let itemSize = ChunkLimits.nameSize + 4

    /// The chunks.
    package var items: [Item]

    /// Lists chunks.
    package init(_ items: [Item] = []) { self.items = items }

    /// How many bytes the file has; nil where that is more than a number can say.
    package var size: UInt64? {
        var sum: UInt64 = 0
        for item in items {
            let (next, overflow) = sum.addingReportingOverflow(UInt64(clamping: item.size))
            guard !overflow else { return nil }
            sum = next
        }
        return sum
    }

    /// Reads a list.
    ///
    /// - Throws: `truncated` for a length that no list has; `limit` for a size that no chunk has.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        guard bytes.count % Self.itemSize == 0 else { throw .truncated }
        var reader = ByteReader(bytes)
        items = []
        items.reserveCapacity(bytes.count / Self.itemSize)
        while reader.remaining > 0 {
            let name = try reader.take(ChunkLimits.nameSize)
            let size = Int(try reader.u32())
            guard (1...ChunkLimits.most).contains(size) else { throw .limit }
            items.append(Item(name: name, size: size))
        }
    }

    /// The bytes of the list.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: items.count * Self.itemSize)
        for item in items {
            writer.write(item.name)
            writer.write(UInt32(clamping: item.size))
        }
        return writer.bytes
    }
}
