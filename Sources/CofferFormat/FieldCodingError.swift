/// Why a field's plaintext cannot be written, or is not one that Coffer wrote.
package enum FieldCodingError: Error, Hashable, Sendable {
    /// The value holds what no field can: a number that is not finite or not a number, bytes
    /// inside an array or object, or nesting deeper than ``JSON/depthLimit``.
    case unwritable
    /// The value is longer than the caller's limit.
    case tooLong
    /// The input ends inside the value.
    case truncated
    /// The tag byte names no kind of value.
    case unknownTag
    /// A length is not in its shortest form.
    case longLength
    /// The body does not fit its kind.
    case wrongBody
    /// What follows the body is not the padding that belongs there.
    case wrongPadding
    /// The body is compressed where it should not be, or its frame is not as promised.
    case wrongCompression
}
