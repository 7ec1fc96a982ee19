/// Why a text is not the JSON that Coffer reads, and where.
package struct JSONError: Error, Hashable, Sendable {
    /// What is wrong.
    package let reason: Reason
    /// Bytes from the start of the text to the place.
    package let offset: Int
    /// The line of the place, from 1.
    package let line: Int
    /// The place in the structure (RFC 6901), where `reason` is about one; else empty.
    package let pointer: String

    /// Describes a failure at a place.
    package init(_ reason: Reason, offset: Int, line: Int = 1, pointer: String = "") {
        self.reason = reason
        self.offset = offset
        self.line = line
        self.pointer = pointer
    }
}

extension JSONError {
    /// What can be wrong with a JSON text.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// There is no value.
        case empty = "there is no JSON value"
        /// The text ends inside a value.
        case truncated = "the text ends inside a value"
        /// Something follows the value.
        case trailing = "something follows the value"
        /// A value, comma, colon or bracket is missing or out of place.
        case syntax = "a value, comma, colon or bracket is missing or out of place"
        /// A number that RFC 8259 does not allow.
        case number = "a number is not written as JSON wants it"
        /// An unknown escape, or a control character that should be one.
        case escape = "a text holds an unknown escape or a raw control character"
        /// An escape for half of a surrogate pair, which no Unicode text can hold.
        case surrogate = "a text holds half of a surrogate pair"
        /// Bytes that are not UTF-8.
        case encoding = "the text is not valid UTF-8"
        /// A byte-order mark before the value.
        case byteOrderMark = "a byte-order mark stands before the value"
        /// Two members of one object have the same name.
        case duplicateName = "two members of an object have the same name"
        /// Nested deeper than ``JSON/depthLimit``.
        case tooDeep = "arrays and objects are nested too deep"
        /// A single value is longer than the limit.
        case tooLong = "a value is too long"
        /// The source of bytes failed; it knows why.
        case unreadable = "the text could not be read"
    }

    /// One line for people; it quotes no value, only the names on the way to it.
    package var message: String {
        var text = "\(reason.rawValue) (line \(line), byte \(offset)"
        if !pointer.isEmpty { text += ", at \(pointer)" }
        return text + ")"
    }
}
