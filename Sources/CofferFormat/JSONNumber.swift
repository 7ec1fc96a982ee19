/// The grammar of numbers in RFC 8259, section 6.
package enum JSONNumber {
    /// Whether all of `literal` is one JSON number.
    package static func isValid(_ literal: String) -> Bool {
        var rest = literal.utf8[...]
        func digits() -> Bool {
            let count = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.count
            rest = rest.dropFirst(count)
            return count > 0
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        if rest.first == UInt8(ascii: "0") {
            rest = rest.dropFirst()
        } else if !digits() {
            return false
        }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
                rest = rest.dropFirst()
            }
            guard digits() else { return false }
        }
        return rest.isEmpty
    }

    /// The integer that `text` spells in its shortest form; nil for all else and beyond 18
    /// digits, which the slower way reads.
    internal static func shortInteger(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        let isNegative = unsafe text.first == UInt8(ascii: "-")
        let first = isNegative ? 1 : 0
        guard text.count > first, text.count - first <= 18 else { return nil }
        var result: Int64 = 0
        for index in first..<text.count {
            let digit = unsafe text[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            result = result &* 10 &+ Int64(digit)
        }
        return isNegative ? (result == 0 ? nil : -result) : result
    }
}
