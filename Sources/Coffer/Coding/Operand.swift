internal import CofferFormat
internal import CofferSQLite

/// What a field is compared with.
internal enum Operand: Sendable {
    /// An integer of 64 bits.
    case integer(Int64)
    /// A double, perhaps infinite, never NaN.
    case real(Double)
    /// An integer beyond 64 bits with a sign, by its digits, and the nearest double.
    case long(String, Double)
    /// Text.
    case text(String)
    /// A boolean.
    case flag(Bool)

    /// What kind of values can be equal to it.
    internal enum Kind: Hashable {
        case number, text, flag
    }

    /// The kind.
    internal var kind: Kind {
        switch self {
        case .integer, .real, .long: .number
        case .text: .text
        case .flag: .flag
        }
    }

    /// The value of a parameter that stands for it; for a long integer the nearest double.
    internal var scalar: SQLScalar {
        switch self {
        case .integer(let integer): .integer(integer)
        case .real(let double), .long(_, let double): .real(double)
        case .text(let text): .text(text)
        case .flag(let flag): .integer(flag ? 1 : 0)
        }
    }
}

extension Operand {
    /// What a value of Swift is as an operand.
    internal enum Reading {
        /// One.
        case operand(Operand)
        /// Null.
        case null
        /// NaN, which nothing is equal to, smaller or larger.
        case never
        /// Nothing that a field can be compared with, and why.
        case refused(String)

        /// Reads a value in the form in which a record keeps it.
        internal init(_ content: some Encodable) {
            if let number = content as? any BinaryFloatingPoint, let double = Self.odd(number) {
                self = double.isNaN ? .never : .operand(.real(double))
                return
            }
            guard let value = try? ValueEncoder().encode(content) else {
                self = .refused("the value cannot be encoded")
                return
            }
            switch value {
            case .null: self = .null
            case .bool(let flag): self = .operand(.flag(flag))
            case .integer(let integer): self = .operand(.integer(integer))
            case .double(let double): self = .operand(.real(double))
            case .number(let literal):
                self = .operand(.long(literal, Double(literal) ?? 0))
            case .text(let text): self = .operand(.text(text))
            case .bytes, .array, .object:
                self = .refused("the value is no text, number or boolean")
            }
        }

        /// What no record can hold but what a comparison can be with: NaN and infinity.
        private static func odd(_ number: some BinaryFloatingPoint) -> Double? {
            number.isFinite ? nil : Double(number)
        }
    }
}
