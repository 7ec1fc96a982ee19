internal import CofferFormat

extension DecodingPass {
    /// A boolean.
    ///
    /// - Throws: `DecodingError` for all else, as the others here.
    internal static func bool(
        _ value: Value, at trail: @autoclosure () -> CodingTrail
    ) throws(DecodingError) -> Bool {
        guard case .bool(let flag) = value else { throw mismatch(Bool.self, value, at: trail()) }
        return flag
    }

    /// Text.
    internal static func text(
        _ value: Value, at trail: @autoclosure () -> CodingTrail
    ) throws(DecodingError) -> String {
        guard case .text(let text) = value else { throw mismatch(String.self, value, at: trail()) }
        return text
    }

    /// A number: the nearest one of the type, as every reader of JSON takes it.
    internal static func number<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ type: Number.Type, _ value: Value, at trail: @autoclosure () -> CodingTrail
    ) throws(DecodingError) -> Number {
        let number: Number?
        switch value {
        case .integer(let integer): number = Number(integer)
        case .double(let double): number = Number(double)
        case .number(let literal) where JSONNumber.isValid(literal): number = Number(literal)
        default: throw mismatch(type, value, at: trail())
        }
        guard let number, number.isFinite else { throw outside(type, at: trail()) }
        return number
    }

    /// An integer, exactly: 5, 5.0 and 5e0 are one, 5.5 and what the type cannot hold are none.
    internal static func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type, _ value: Value, at trail: @autoclosure () -> CodingTrail
    ) throws(DecodingError) -> Integer {
        let found: Integer?
        switch value {
        case .integer(let integer): found = Integer(exactly: integer)
        case .double(let double): found = Integer(exactly: double)
        case .number(let literal) where JSONNumber.isValid(literal):
            found = Integer(literal) ?? Integer(decimal: literal)
        default: throw mismatch(type, value, at: trail())
        }
        guard let found else { throw outside(type, at: trail()) }
        return found
    }
}

extension FixedWidthInteger {
    /// The digits of the widest type, UInt128.
    fileprivate static var mostDigits: Int { 39 }

    /// Reads a number of JSON that is an integer, however it is written; nil for any other.
    fileprivate init?(decimal literal: String) {
        let parts = literal.utf8.split(maxSplits: 1, omittingEmptySubsequences: false) {
            $0 | 0x20 == UInt8(ascii: "e")
        }
        guard let mantissa = parts.first else { return nil }
        var digits: [UInt8] = []
        var exponent = 0
        var isFraction = false
        for byte in mantissa {
            switch byte {
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isFraction { exponent -= 1 }
                // Zeros in front say nothing, and there may be many.
                if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte) }
            default: break
            }
        }
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            exponent += 1
        }
        guard !digits.isEmpty else {
            self = 0
            return
        }
        if parts.count > 1 {
            // An exponent beyond 64 bits is balanced by no text that fits into memory.
            guard let power = Int(String(decoding: parts[1], as: UTF8.self)) else { return nil }
            let (sum, isOutside) = exponent.addingReportingOverflow(power)
            guard !isOutside else { return nil }
            exponent = sum
        }
        guard exponent >= 0, exponent <= Self.mostDigits, digits.count <= Self.mostDigits else {
            return nil
        }
        digits += Array(repeating: UInt8(ascii: "0"), count: exponent)
        let sign = mantissa.first == UInt8(ascii: "-") ? "-" : ""
        self.init(sign + String(decoding: digits, as: UTF8.self))
    }
}
