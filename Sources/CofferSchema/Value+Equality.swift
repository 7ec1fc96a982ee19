internal import CofferFormat

extension Value {
    /// Whether both are the same in the sense of JSON Schema.
    ///
    /// Numbers are equal by value (1 and 1.0), texts scalar by scalar, objects in any order.
    internal func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.integer(let left), .integer(let right)): return left == right
        case (.text(let left), .text(let right)): return left.hasSameBytes(as: right)
        case (.bytes(let left), .bytes(let right)): return left == right
        case (.array(let left), .array(let right)):
            return left.count == right.count
                && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        case (.object(let left), .object(let right)):
            guard left.count == right.count else { return false }
            return left.allSatisfy { member in
                guard let value = right.first(where: { $0.name.hasSameBytes(as: member.name) })
                else {
                    return false
                }
                return member.value.isSame(as: value.value)
            }
        default:
            guard let left = ExactNumber(self), let right = ExactNumber(other) else { return false }
            return left == right
        }
    }

    /// Appends bytes that are equal where values are the same.
    ///
    /// Returns false for a value nested deeper than `depth`.
    internal func appendKey(to key: inout [UInt8], depth: Int) -> Bool {
        guard depth > 0 else { return false }
        switch self {
        case .null: key.append(0)
        case .bool(let flag): key.append(flag ? 2 : 1)
        case .integer, .double, .number:
            key.append(3)
            guard let number = ExactNumber(self) else { return true }
            key.append(number.isNegative ? 1 : 0)
            Self.append(number.exponent, to: &key)
            Self.append(number.digits, to: &key)
        case .text(let text):
            key.append(4)
            Self.append(Array(text.utf8), to: &key)
        case .bytes(let bytes):
            key.append(5)
            Self.append(bytes, to: &key)
        case .array(let items):
            key.append(6)
            Self.append(items.count, to: &key)
            for item in items where !item.appendKey(to: &key, depth: depth - 1) { return false }
        case .object(let members):
            key.append(7)
            Self.append(members.count, to: &key)
            let named = members.map { (name: Array($0.name.utf8), value: $0.value) }
                .sorted { $0.name.lexicographicallyPrecedes($1.name) }
            for member in named {
                Self.append(member.name, to: &key)
                guard member.value.appendKey(to: &key, depth: depth - 1) else { return false }
            }
        }
        return true
    }

    private static func append(_ bytes: [UInt8], to key: inout [UInt8]) {
        append(bytes.count, to: &key)
        key.append(contentsOf: bytes)
    }

    private static func append(_ integer: Int, to key: inout [UInt8]) {
        for shift in stride(from: 56, through: 0, by: -8) {
            key.append(UInt8(truncatingIfNeeded: integer >> shift))
        }
    }
}
