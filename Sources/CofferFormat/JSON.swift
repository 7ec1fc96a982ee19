/// JSON as Coffer reads and writes it: RFC 8259, strictly, and one way to write each value.
///
/// Reading refuses what other readers disagree about: duplicate names, half surrogate pairs,
/// byte-order marks, anything but UTF-8. Numbers keep their literal, however large or precise.
package enum JSON {
    /// How deep arrays and objects may nest, in what is read and in what is written.
    ///
    /// RFC 8259, section 9, leaves the limit to the reader. No campaign comes near it, and
    /// code that walks a value by recursion stays far from the end of its stack.
    package static let depthLimit = 512

    /// Reads one text.
    ///
    /// - Throws: ``JSONError`` with the byte offset; for a duplicate name or a text that is not
    ///   Unicode with its pointer, too.
    package static func parse(_ bytes: [UInt8]) throws(JSONError) -> Value {
        try parse(bytes.span)
    }

    /// Reads one text where it lies.
    ///
    /// - Throws: As `parse(_:)` of an array.
    package static func parse(_ bytes: Span<UInt8>) throws(JSONError) -> Value {
        var parser = JSONParser()
        return try parser.parse(bytes)
    }

    /// Writes a value in the one form that Coffer persists and exports.
    ///
    /// No white space; members in their order; `\"`, `\\`, `\b`, `\f`, `\n`, `\r`, `\t` and
    /// lower-case `\u00xx` for the other control characters; all else as UTF-8; numbers as they
    /// are kept. JSON has no bytes: they become `{"$bytes":"…"}` in padded Base64 (RFC 4648,
    /// section 4), which reads back as that object. What no JSON text can say is written as
    /// `null`: doubles that are not finite, values nested deeper than ``depthLimit``; a `number`
    /// that is no JSON number is written as text.
    package static func write(_ value: Value) -> [UInt8] {
        var bytes: [UInt8] = []
        write(value, into: &bytes)
        return bytes
    }

    /// Appends a value in the form of `write(_:)`; true when it reads back as the same value.
    ///
    /// False says that something had to be replaced, see `write(_:)`.
    @discardableResult
    package static func write(_ value: Value, into bytes: inout [UInt8]) -> Bool {
        var writer = JSONWriter()
        writer.write(value, into: &bytes)
        return writer.isExact
    }

    /// Writes a value for people: two spaces a level, one member or element a line.
    package static func writePretty(_ value: Value) -> [UInt8] {
        var bytes: [UInt8] = []
        var writer = JSONWriter(isPretty: true)
        writer.write(value, into: &bytes)
        return bytes
    }
}
