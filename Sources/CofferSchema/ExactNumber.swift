internal import CofferFormat

/// A decimal number without rounding: an integer of any size times a power of ten.
///
/// Exponents saturate at 2^60, far beyond what any other digit could balance.
internal struct ExactNumber: Hashable, Sendable {
    /// Whether the number is below zero.
    internal let isNegative: Bool
    /// Decimal digits, most significant first, without zeros at either end; none for zero.
    internal let digits: [UInt8]
    /// The power of ten that the digits are multiplied by.
    internal let exponent: Int

    private static let largestExponent = 1 << 60

    /// Zero.
    internal static let zero = ExactNumber(isNegative: false, digits: [], exponent: 0)

    private init(isNegative: Bool, digits: [UInt8], exponent: Int) {
        self.isNegative = isNegative
        self.digits = digits
        self.exponent = exponent
    }

    /// Reads a number literal of JSON; nil for any other text.
    internal init?(literal: String) {
        let bytes = literal.utf8Span.span
        var index = 0
        var digits: [UInt8] = []
        var exponent = 0
        let negative = bytes.count > 0 && bytes[0] == UInt8(ascii: "-")
        if negative { index = 1 }
        let start = index
        while index < bytes.count, let digit = bytes[index].decimalDigit {
            digits.append(digit)
            index += 1
        }
        guard index > start else { return nil }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            let fraction = index
            while index < bytes.count, let digit = bytes[index].decimalDigit {
                digits.append(digit)
                index += 1
            }
            guard index > fraction else { return nil }
            exponent = fraction - index
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            guard let power = Self.power(bytes, from: &index) else { return nil }
            exponent += power
        }
        guard index == bytes.count else { return nil }
        self.init(isNegative: negative, untrimmed: digits, exponent: exponent)
    }

    /// Takes a number apart; nil for what is not a number, or not a finite one.
    internal init?(_ value: Value) {
        switch value {
        case .integer(let integer): self.init(integer)
        case .double(let double) where double.isFinite: self.init(literal: double.description)
        case .number(let literal): self.init(literal: literal)
        default: return nil
        }
    }

    /// Takes an integer apart.
    internal init(_ integer: Int64) {
        var digits: [UInt8] = []
        var rest = integer.magnitude
        while rest > 0 {
            digits.append(UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        self.init(isNegative: integer < 0, untrimmed: digits.reversed(), exponent: 0)
    }

    private init(isNegative: Bool, untrimmed: [UInt8], exponent: Int) {
        guard let first = untrimmed.firstIndex(where: { $0 != 0 }),
            let last = untrimmed.lastIndex(where: { $0 != 0 })
        else {
            self = .zero
            return
        }
        self.isNegative = isNegative
        digits = Array(untrimmed[first...last])
        self.exponent = exponent + (untrimmed.count - 1 - last)
    }

    private static func power(_ bytes: Span<UInt8>, from index: inout Int) -> Int? {
        var negative = false
        if index < bytes.count,
            bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+")
        {
            negative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        let start = index
        var power = 0
        while index < bytes.count, let digit = bytes[index].decimalDigit {
            if power < largestExponent / 10 - 1 { power = power * 10 + Int(digit) }
            index += 1
        }
        guard index > start else { return nil }
        return negative ? -power : power
    }
}

extension ExactNumber: Comparable {
    internal static func < (left: ExactNumber, right: ExactNumber) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative
            ? right.isSmallerInMagnitude(than: left) : left.isSmallerInMagnitude(than: right)
    }

    private func isSmallerInMagnitude(than other: ExactNumber) -> Bool {
        if digits.isEmpty || other.digits.isEmpty { return !other.digits.isEmpty && digits.isEmpty }
        let size = digits.count + exponent
        let otherSize = other.digits.count + other.exponent
        if size != otherSize { return size < otherSize }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}

extension ExactNumber {
    /// Whether nothing is left behind the decimal point.
    internal var isInteger: Bool { exponent >= 0 }

    /// The number as an `Int`, the nearest one where it does not fit; nil for fractions.
    internal var clampedInteger: Int? {
        guard isInteger else { return nil }
        guard digits.count + exponent <= 19 else { return isNegative ? .min : .max }
        var result = 0
        for digit in digits + Array(repeating: 0, count: exponent) {
            let (shifted, overflow) = result.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.subtractingReportingOverflow(Int(digit))
            guard !overflow, !carry else { return isNegative ? .min : .max }
            result = sum
        }
        if isNegative { return result }
        return result == .min ? .max : -result
    }

    /// Whether the number is `divisor` times an integer.
    ///
    /// Dividing the digits, each with its power of ten k above the divisor's, asks whether the
    /// divisor's digits divide `digits` × 10^k. For k < 0 they cannot, since `digits` does not
    /// end in zero. A k beyond the number of twos and fives that the divisor can hold changes
    /// nothing, so the work is bounded by the lengths of both.
    internal func isMultiple(of divisor: ExactNumber) -> Bool {
        if digits.isEmpty { return true }
        guard !divisor.digits.isEmpty, exponent >= divisor.exponent else { return false }
        // 10^n has fewer than 4n factors of two.
        let zeros = min(exponent - divisor.exponent, 4 * divisor.digits.count)
        // Eighteen digits: a remainder times ten, and nine, stays below 2^64.
        if divisor.digits.count <= 18 {
            let modulus = divisor.digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1) }
            var remainder = digits.reduce(UInt64(0)) { ($0 * 10 + UInt64($1)) % modulus }
            for _ in 0..<zeros { remainder = remainder * 10 % modulus }
            return remainder == 0
        }
        var remainder = LongRemainder(modulus: divisor.digits)
        for digit in digits { remainder.append(digit) }
        for _ in 0..<zeros { remainder.append(0) }
        return remainder.isZero
    }

    /// Long division as on paper: one digit of the dividend comes down at a time.
    private struct LongRemainder {
        private let modulus: [UInt8]
        // As many digits as the modulus and one more, most significant first.
        private var digits: [UInt8]

        init(modulus: [UInt8]) {
            self.modulus = [0] + modulus
            digits = Array(repeating: 0, count: modulus.count + 1)
        }

        var isZero: Bool { digits.allSatisfy { $0 == 0 } }

        mutating func append(_ digit: UInt8) {
            digits.removeFirst()
            digits.append(digit)
            while !digits.lexicographicallyPrecedes(modulus) { subtract() }
        }

        private mutating func subtract() {
            var borrow: UInt8 = 0
            for index in digits.indices.reversed() {
                let taken = modulus[index] + borrow
                borrow = digits[index] < taken ? 1 : 0
                digits[index] = digits[index] + borrow * 10 - taken
            }
        }
    }
}

extension UInt8 {
    /// The value of an ASCII digit; nil for any other byte.
    internal var decimalDigit: UInt8? {
        self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") ? self - UInt8(ascii: "0") : nil
    }

    /// Whether the byte is an ASCII letter.
    internal var isLetter: Bool {
        let lower = self | 0x20
        return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
    }

    /// The value of a hexadecimal digit; nil for any other byte.
    internal var hexDigit: UInt8? {
        if let digit = decimalDigit { return digit }
        let lower = self | 0x20
        guard lower >= UInt8(ascii: "a"), lower <= UInt8(ascii: "f") else { return nil }
        return lower - UInt8(ascii: "a") + 10
    }
}
