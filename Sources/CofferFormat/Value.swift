/// The value of a field, or a part of one: what JSON can say, with numbers kept exactly.
///
/// A number is an `integer` or a `double` where writing that gives the same text again, and
/// otherwise a `number`, the literal as it was written: `1.50`, `1e3` and integers beyond 64
/// bits come out as they went in.
///
/// Two values are equal when they are written the same, byte for byte: texts in composed and in
/// decomposed form differ (Swift's own `==` of texts calls them equal), and so do 0.0 and -0.0.
package enum Value: Sendable {
    /// JSON `null`: present and empty, unlike a field that is absent.
    case null
    /// JSON `true` or `false`.
    case bool(Bool)
    /// A number without fraction or exponent between -2^63 and 2^63 - 1.
    case integer(Int64)
    /// A finite number whose shortest decimal form is the text that it came from.
    case double(Double)
    /// A JSON number literal that neither `integer` nor `double` would write again.
    case number(String)
    /// Text, any Unicode scalar values, as it was written (no normalisation).
    case text(String)
    /// Bytes; JSON has no form for them, so they only come from programs.
    case bytes([UInt8])
    /// A JSON array.
    case array([Value])
    /// A JSON object; the order of its members is kept.
    case object([Member])

    /// A member of an object.
    package struct Member: Sendable {
        /// The member's name.
        package let name: String
        /// The member's value.
        package let value: Value

        /// Pairs a name with a value.
        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }
}

extension Value {
    /// The value of the first member with `name`; nil in anything but an object that has it.
    package subscript(_ name: String) -> Value? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.hasSameBytes(as: name) }?.value
    }

    /// Reads a JSON number literal into the case that writes it again exactly.
    ///
    /// - Precondition: `literal` follows the grammar of RFC 8259, section 6.
    package init(numberLiteral literal: String) {
        if let integer = Int64(literal), String(integer) == literal {
            self = .integer(integer)
        } else if let double = Double(literal), double.isFinite, double.description == literal {
            self = .double(double)
        } else {
            self = .number(literal)
        }
    }
}

extension Value: Hashable {
    /// Whether both are written the same, byte for byte.
    package static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.double(let left), .double(let right)): left.bitPattern == right.bitPattern
        case (.number(let left), .number(let right)): left.hasSameBytes(as: right)
        case (.text(let left), .text(let right)): left.hasSameBytes(as: right)
        case (.bytes(let left), .bytes(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    /// Hashes what `==` compares.
    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let flag): hasher.combine(flag)
        case .integer(let integer): hasher.combine(integer)
        case .double(let double): hasher.combine(double.bitPattern)
        case .number(let literal): literal.hashBytes(into: &hasher)
        case .text(let text): text.hashBytes(into: &hasher)
        case .bytes(let content): hasher.combine(content)
        case .array(let elements): hasher.combine(elements)
        case .object(let members): hasher.combine(members)
        }
    }
}

extension Value.Member: Hashable {
    /// Whether names and values are written the same, byte for byte.
    package static func == (left: Value.Member, right: Value.Member) -> Bool {
        left.name.hasSameBytes(as: right.name) && left.value == right.value
    }

    /// Hashes what `==` compares.
    package func hash(into hasher: inout Hasher) {
        name.hashBytes(into: &hasher)
        hasher.combine(value)
    }
}
