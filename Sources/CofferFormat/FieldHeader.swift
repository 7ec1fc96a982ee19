internal import CofferBytes

/// What stands before the body of a field's plaintext.
internal struct FieldHeader {
    /// The kind of value.
    internal let tag: FieldCoding.Tag
    /// The decompressed length; nil when the body is not compressed.
    internal let plainCount: Int?
    /// Where the body lies.
    internal let body: Range<Int>

    /// Reads the header; the body lies inside `input`.
    ///
    /// - Throws: `truncated`, `unknownTag`, `longLength`; `tooLong` for more than any field holds.
    internal init(_ input: Span<UInt8>) throws(FieldCodingError) {
        guard input.count > 0 else { throw .truncated }
        let first = input[0]
        guard let tag = FieldCoding.Tag(rawValue: first & ~FieldCoding.compressedFlag) else {
            throw .unknownTag
        }
        self.tag = tag
        var offset = 1
        let stored = try Self.length(input, &offset)
        plainCount =
            first & FieldCoding.compressedFlag == 0 ? nil : try Self.length(input, &offset)
        guard max(stored, plainCount ?? 0) <= FieldCoding.defaultLimit else { throw .tooLong }
        guard stored <= input.count - offset else { throw .truncated }
        body = offset..<offset + stored
    }

    /// Refuses what follows the body unless it is zero and of the right length.
    ///
    /// - Throws: `truncated` and `wrongPadding`.
    internal func checkPadding(of input: Span<UInt8>) throws(FieldCodingError) {
        let length = Padding.paddedLength(body.upperBound)
        guard input.count >= length else { throw .truncated }
        guard input.count == length else { throw .wrongPadding }
        var sum: UInt8 = 0
        for index in body.upperBound..<length { sum |= input[index] }
        guard sum == 0 else { throw .wrongPadding }
    }

    /// Reads LEB128 of up to five bytes, which is more than the format's 1 GiB needs.
    private static func length(
        _ input: Span<UInt8>, _ offset: inout Int
    ) throws(FieldCodingError) -> Int {
        var result = 0
        for shift in stride(from: 0, through: 28, by: 7) {
            guard offset < input.count else { throw .truncated }
            let byte = input[offset]
            offset += 1
            result |= Int(byte & 0x7F) << shift
            if byte < 0x80 {
                guard byte != 0 || shift == 0 else { throw .longLength }
                return result
            }
        }
        throw .longLength
    }
}
