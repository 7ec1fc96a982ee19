internal import CCofferUTF8proc
package import CofferFormat

/// The one form in which equal values have equal bytes, for ids and blind indexes
/// (`Docs/Format.md`, section 9.4).
package enum CanonicalValue {
    private enum Kind: UInt8 {
        case text = 1
        case number = 2
        case bool = 3
        case bytes = 4
    }

    /// Appends the canonical form; false for null, arrays and objects, which have none.
    static func append(_ value: Value, to output: inout [UInt8]) -> Bool {
        switch value {
        case .text(let text):
            output.append(Kind.text.rawValue)
            appendNFC(text, to: &output)
        case .integer(let integer):
            output.append(Kind.number.rawValue)
            appendNumber(Array(String(integer).utf8), to: &output)
        case .double(let double):
            output.append(Kind.number.rawValue)
            appendNumber(Array(double.description.utf8), to: &output)
        case .number(let literal):
            output.append(Kind.number.rawValue)
            appendNumber(Array(literal.utf8), to: &output)
        case .bool(let flag):
            output.append(Kind.bool.rawValue)
            output.append(flag ? 1 : 0)
        case .bytes(let bytes):
            output.append(Kind.bytes.rawValue)
            output.append(contentsOf: bytes)
        case .null, .array, .object:
            return false
        }
        return true
    }

    /// The canonical form; nil for null, arrays and objects.
    package static func bytes(_ value: Value) -> [UInt8]? {
        var output: [UInt8] = []
        return append(value, to: &output) ? output : nil
    }

    /// A text in NFC.
    package static func composed(_ text: String) -> String {
        var utf8: [UInt8] = []
        appendNFC(text, to: &utf8)
        return String(decoding: utf8, as: UTF8.self)
    }

    private static func appendNFC(_ text: String, to output: inout [UInt8]) {
        var isASCII = true
        let span = text.utf8Span.span
        for index in span.indices where span[index] >= 0x80 {
            isASCII = false
            break
        }
        // ASCII is its own NFC.
        guard !isASCII else {
            return unsafe span.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
        }
        let utf8 = Array(text.utf8)
        let options = utf8proc_option_t(UTF8PROC_STABLE.rawValue | UTF8PROC_COMPOSE.rawValue)
        var mapped: UnsafeMutablePointer<UInt8>?
        let count = unsafe utf8.withUnsafeBufferPointer { buffer in
            unsafe utf8proc_map(buffer.baseAddress, buffer.count, &mapped, options)
        }
        guard count >= 0, let mapped = unsafe mapped else {
            // Valid UTF-8 always maps; only memory can be lacking, and then the text stands as is.
            output.append(contentsOf: utf8)
            return
        }
        unsafe output.append(contentsOf: UnsafeBufferPointer(start: mapped, count: count))
        unsafe mapped.deallocate()
    }

    /// Digits without leading or trailing zeros, `e` and the power of ten of the last digit.
    private static func appendNumber(_ literal: [UInt8], to output: inout [UInt8]) {
        var digits: [UInt8] = []
        var exponent = DecimalExponent()
        var shift = 0
        var isNegative = false
        var isFraction = false
        var index = 0
        while index < literal.count {
            let character = literal[index]
            index += 1
            switch character {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                exponent = DecimalExponent(literal[index...])
                index = literal.count
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isFraction { shift -= 1 }
                if !(digits.isEmpty && character == UInt8(ascii: "0")) { digits.append(character) }
            default: break
            }
        }
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            shift += 1
        }
        guard !digits.isEmpty else { return output.append(UInt8(ascii: "0")) }
        if isNegative { output.append(UInt8(ascii: "-")) }
        output.append(contentsOf: digits)
        output.append(UInt8(ascii: "e"))
        exponent.add(shift)
        exponent.append(to: &output)
    }
}
