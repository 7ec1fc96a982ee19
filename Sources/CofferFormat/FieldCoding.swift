internal import CofferBytes

/// The plaintext of a sealed field: the form that is persisted.
///
///     tag       1 byte: the kind of value; 0x80 is added when the body is compressed
///     stored    LEB128: the number of bytes of `body` as it lies here
///     plain     LEB128: the number of bytes of the body when decompressed; only with 0x80
///     body      `stored` bytes
///     padding   zero bytes, up to `Padding.paddedLength` of all the bytes before them
///
/// LEB128 is unsigned, seven bits a byte, least significant first, in the fewest bytes.
///
/// | tag | value | body |
/// |---|---|---|
/// | 0 | null | empty |
/// | 1 | false | empty |
/// | 2 | true | empty |
/// | 3 | integer | 8 bytes, two's complement, big-endian |
/// | 4 | double | 8 bytes, IEEE 754, big-endian; never infinite, never NaN |
/// | 5 | number | a JSON number literal in ASCII that 3 and 4 would not write again |
/// | 6 | text | UTF-8 |
/// | 7 | bytes | as they are |
/// | 8 | array or object | JSON text as ``JSON/write(_:)`` gives it |
///
/// A compressed body is one Zstandard frame (RFC 8878) that states its content size and has
/// neither checksum nor dictionary. Bodies below 512 bytes are never compressed, and a frame
/// that does not make the padded length shorter is not kept. A reader refuses everything else,
/// so there is one plaintext for a value, but for the choices of the compressor.
package enum FieldCoding {
    /// The kinds of value, by the byte that stands for each.
    internal enum Tag: UInt8 {
        case null = 0
        case no = 1
        case yes = 2
        case integer = 3
        case double = 4
        case number = 5
        case text = 6
        case bytes = 7
        case json = 8
    }

    /// Added to the tag of a compressed body.
    internal static let compressedFlag: UInt8 = 0x80

    /// The smallest body that compression is tried on; below it, headers eat the gain.
    internal static let compressionFloor = 512

    /// What a field may hold at most when the caller sets no other limit: 1 GiB.
    package static let defaultLimit = 1 << 30

    /// How many bytes LEB128 takes for `count`.
    internal static func lengthSize(_ count: Int) -> Int {
        max(1, (Int.bitWidth - count.leadingZeroBitCount + 6) / 7)
    }

    /// The padded length of a plaintext with `stored` bytes of body.
    internal static func paddedLength(stored: Int, plain: Int?) -> Int {
        let header = 1 + lengthSize(stored) + (plain.map(lengthSize) ?? 0)
        return Padding.paddedLength(header + stored)
    }
}
