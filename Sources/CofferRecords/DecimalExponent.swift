/// A power of ten of any size, so that two literals of one number always get one form.
internal struct DecimalExponent {
    /// The digits, least significant first, without zeros at the end.
    private var digits: [Int] = []
    private var isNegative = false

    /// Zero.
    init() {}

    /// Reads what stands after the `e` of a JSON number.
    init(_ text: ArraySlice<UInt8>) {
        isNegative = text.first == UInt8(ascii: "-")
        for character in text.reversed() where character >= UInt8(ascii: "0") {
            digits.append(Int(character) - 0x30)
        }
        trim()
    }

    /// Adds `other`.
    mutating func add(_ other: Int) {
        var rest = Int(clamping: other.magnitude)
        if (other < 0) == isNegative || digits.isEmpty {
            if digits.isEmpty { isNegative = other < 0 }
            var place = 0
            while rest > 0 {
                if place == digits.count { digits.append(0) }
                let sum = digits[place] + rest % 10
                digits[place] = sum % 10
                rest = rest / 10 + sum / 10
                place += 1
            }
        } else if digits.count < 19, value.magnitude < rest.magnitude {
            let difference = rest - value
            digits = []
            isNegative.toggle()
            var left = difference
            while left > 0 {
                digits.append(left % 10)
                left /= 10
            }
        } else {
            var place = 0
            while rest > 0, place < digits.count {
                let difference = digits[place] - rest % 10
                rest /= 10
                digits[place] = (difference + 10) % 10
                if difference < 0 { rest += 1 }
                place += 1
            }
            trim()
        }
    }

    /// Appends the shortest decimal form.
    func append(to output: inout [UInt8]) {
        guard !digits.isEmpty else { return output.append(UInt8(ascii: "0")) }
        if isNegative { output.append(UInt8(ascii: "-")) }
        for digit in digits.reversed() { output.append(0x30 + UInt8(truncatingIfNeeded: digit)) }
    }

    /// The magnitude, where it has at most 18 digits.
    private var value: Int { digits.reversed().reduce(0) { $0 * 10 + $1 } }

    private mutating func trim() {
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { isNegative = false }
    }
}
