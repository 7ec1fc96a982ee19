/// The one form of condition that an index can answer.
internal enum EqualityCondition {
    /// The field and the text of `FIELD = 'TEXT'`; nil for anything else.
    internal static func parse(_ condition: String) -> (field: String, text: String)? {
        var rest = condition.utf8[...]
        skipSpace(&rest)
        let name = rest.prefix { byte in
            byte == UInt8(ascii: "_") || (byte >= 0x30 && byte <= 0x39)
                || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
        }
        rest = rest[name.endIndex...]
        skipSpace(&rest)
        guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "=") else { return nil }
        if rest.first == UInt8(ascii: "=") { rest.removeFirst() }
        skipSpace(&rest)
        guard rest.popFirst() == UInt8(ascii: "'") else { return nil }
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "'") {
                guard rest.first == byte else {
                    skipSpace(&rest)
                    guard rest.isEmpty else { return nil }
                    return (
                        String(decoding: name, as: UTF8.self), String(decoding: text, as: UTF8.self)
                    )
                }
                rest.removeFirst()
            }
            text.append(byte)
        }
        return nil
    }

    private static func skipSpace(_ rest: inout Substring.UTF8View) {
        while let byte = rest.first, byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) {
            rest.removeFirst()
        }
    }
}
