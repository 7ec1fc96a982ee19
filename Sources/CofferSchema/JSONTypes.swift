internal import CofferFormat

/// A set of JSON types; whole numbers and fractions are told apart.
package struct JSONTypes: OptionSet, Hashable, Sendable {
    /// One bit for each type.
    package let rawValue: UInt8

    /// Takes the bits as they are.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `null`.
    package static let null = JSONTypes(rawValue: 1)
    /// `true` and `false`.
    package static let boolean = JSONTypes(rawValue: 2)
    /// Numbers without a fraction, `1.0` too.
    package static let integer = JSONTypes(rawValue: 4)
    /// Numbers with a fraction; the JSON type `number` is this and ``integer``.
    package static let fraction = JSONTypes(rawValue: 8)
    /// Text.
    package static let text = JSONTypes(rawValue: 16)
    /// Arrays.
    package static let array = JSONTypes(rawValue: 32)
    /// Objects.
    package static let object = JSONTypes(rawValue: 64)

    /// All types: what a schema without `type` allows.
    package static let any = JSONTypes(rawValue: 127)
    /// Arrays and objects: what is sealed as JSON.
    package static let nested: JSONTypes = [.array, .object]
    /// Both kinds of numbers.
    package static let number: JSONTypes = [.integer, .fraction]

    /// Reads the name of a type as `type` has it.
    internal init?(name: String) {
        switch name {
        case "null": self = .null
        case "boolean": self = .boolean
        case "integer": self = .integer
        case "number": self = .number
        case "string": self = .text
        case "array": self = .array
        case "object": self = .object
        default: return nil
        }
    }

    /// The names that `type` would have, in the order in which people expect them.
    internal var names: [String] {
        var names: [String] = []
        if contains(.text) { names.append("string") }
        if contains(.fraction) {
            names.append("number")
        } else if contains(.integer) {
            names.append("integer")
        }
        if contains(.boolean) { names.append("boolean") }
        if contains(.array) { names.append("array") }
        if contains(.object) { names.append("object") }
        if contains(.null) { names.append("null") }
        return names
    }
}

extension Value {
    /// The type of the value; none for bytes and for numbers that are not finite.
    internal var jsonTypes: JSONTypes {
        switch self {
        case .null: return .null
        case .bool: return .boolean
        case .integer: return .integer
        case .double(let double):
            guard double.isFinite else { return [] }
            return double.rounded(.towardZero) == double ? .integer : .fraction
        case .number:
            guard let number = ExactNumber(self) else { return [] }
            return number.isInteger ? .integer : .fraction
        case .text: return .text
        case .bytes: return []
        case .array: return .array
        case .object: return .object
        }
    }
}
