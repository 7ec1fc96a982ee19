extension String {
    /// The number of Unicode scalars: what JSON Schema calls the length of a string.
    internal var scalarCount: Int {
        let bytes = utf8Span.span
        var count = 0
        // Every scalar has one byte that is not a continuation byte (RFC 3629, section 3).
        for index in bytes.indices where bytes[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }
}
