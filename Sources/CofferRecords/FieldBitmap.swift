internal import CofferBytes
internal import CofferFormat

/// Compares the fields that a row has with those that its header lists, and most rows have the same.
internal struct FieldBitmap {
    /// The bytes of a header before its bitmap: created, modified, device, revision, length.
    private static var fixedSize: Int { 8 + 8 + Identifier.size + 8 + 1 }

    private var present: [Int]?
    private var bytes: [UInt8] = []

    /// Whether an opened header is whole and lists the fields at `present`, by their numbers.
    mutating func matches(
        _ present: [Int], _ numbers: [UInt16], header: UnsafeRawBufferPointer
    ) -> Bool {
        if self.present != present {
            let fields = present.map { numbers[$0] }
            let sample = RecordHeader(
                created: 0, modified: 0, device: Identifier(version: 4, from: Self.zeros.span),
                revision: 1, present: fields)
            bytes = Array(sample.bytes.dropFirst(Self.fixedSize - 1))
            self.present = present
        }
        guard header.count == Self.fixedSize - 1 + bytes.count else { return false }
        // No header has revision 0.
        let revision = unsafe header.loadUnaligned(fromByteOffset: 32, as: UInt64.self)
        guard revision != 0 else { return false }
        for index in 0..<bytes.count
        where unsafe header[Self.fixedSize - 1 + index] != bytes[index] {
            return false
        }
        return true
    }

    private static let zeros = [UInt8](repeating: 0, count: Identifier.size)
}
