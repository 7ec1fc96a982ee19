internal import CofferFormat

/// What all decoders of one decoding share.
internal final class DecodingPass {
    /// What the caller gives to the values.
    internal let userInfo: [CodingUserInfoKey: any Sendable]
    private var calls = 0

    /// Begins a decoding.
    internal init(userInfo: [CodingUserInfoKey: any Sendable]) { self.userInfo = userInfo }

    /// Decodes a value of any type.
    ///
    /// - Throws: `DecodingError` for what is not of the type or nests too deep, and what the type
    ///   throws.
    internal func content<Content: Decodable>(
        _ type: Content.Type, of value: Value, at trail: @autoclosure () -> CodingTrail
    ) throws -> Content {
        if let content = Self.plain(type, value) { return content }
        let trail = trail()
        guard calls < CodingTrail.callLimit else { throw Self.tooDeep(at: trail) }
        calls += 1
        defer { calls -= 1 }
        return try Content(from: ValueDecoding(self, value, at: trail))
    }

    /// What a value is as it stands, for the types that are asked for most; nil for all else, which
    /// goes the longer way to the same content or to an error.
    private static func plain<Content>(_ type: Content.Type, _ value: Value) -> Content? {
        switch value {
        case .text(let text): Content.self == String.self ? text as? Content : nil
        case .integer(let integer): Content.self == Int.self ? Int(integer) as? Content : nil
        case .bool(let flag): Content.self == Bool.self ? flag as? Content : nil
        case .double(let double): Content.self == Double.self ? double as? Content : nil
        case .bytes(let bytes): Content.self == [UInt8].self ? bytes as? Content : nil
        case .array(let elements) where Content.self == [UInt8].self:
            bytes(elements) as? Content
        default: nil
        }
    }

    private static func bytes(_ elements: [Value]) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(elements.count)
        for element in elements {
            guard case .integer(let integer) = element, let byte = UInt8(exactly: integer) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }
}

extension DecodingPass {
    /// What is said of something that nests too deep.
    internal static func tooDeep(at trail: CodingTrail) -> DecodingError {
        .dataCorrupted(
            DecodingError.Context(
                codingPath: trail.path, debugDescription: CodingTrail.tooDeep))
    }

    /// What is said of a value of another type than is asked for; never the value itself.
    internal static func mismatch(
        _ type: Any.Type, _ value: Value, at trail: CodingTrail
    ) -> DecodingError {
        let context = DecodingError.Context(
            codingPath: trail.path, debugDescription: "there is \(value.kindWords)")
        if case .null = value { return .valueNotFound(type, context) }
        return .typeMismatch(type, context)
    }

    /// What is said of a value that is of the type but not of its range.
    internal static func outside(_ type: Any.Type, at trail: CodingTrail) -> DecodingError {
        .dataCorrupted(
            DecodingError.Context(
                codingPath: trail.path, debugDescription: "the number does not fit into \(type)"))
    }
}

extension Value {
    /// What kind of value it is, in words.
    internal var kindWords: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .double, .number: "a number"
        case .text: "text"
        case .bytes: "bytes"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
