internal import CofferFormat

/// The decoder of one value, as the type to be made of it sees it.
internal struct ValueDecoding: Decoder {
    private let pass: DecodingPass
    private let value: Value
    private let trail: CodingTrail

    /// Decodes a value at a place.
    internal init(_ pass: DecodingPass, _ value: Value, at trail: CodingTrail) {
        self.pass = pass
        self.value = value
        self.trail = trail
    }

    /// The way to the value.
    internal var codingPath: [any CodingKey] { trail.path }

    /// What the caller gives to the types.
    internal var userInfo: [CodingUserInfoKey: Any] { pass.userInfo }

    /// The members of the value.
    internal func container<Key: CodingKey>(
        keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try KeyedValueDecoding(pass, value, at: trail))
    }

    /// The elements of the value.
    internal func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try UnkeyedValueDecoding(pass, value, at: trail)
    }

    /// The value itself.
    internal func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

extension ValueDecoding: SingleValueDecodingContainer {
    /// Whether the value is null.
    internal func decodeNil() -> Bool { if case .null = value { true } else { false } }
    /// Decodes a boolean.
    internal func decode(_ type: Bool.Type) throws -> Bool {
        try DecodingPass.bool(value, at: trail)
    }
    /// Decodes text.
    internal func decode(_ type: String.Type) throws -> String {
        try DecodingPass.text(value, at: trail)
    }
    /// Decodes a number.
    internal func decode(_ type: Double.Type) throws -> Double { try number(type) }
    /// Decodes a number.
    internal func decode(_ type: Float.Type) throws -> Float { try number(type) }
    /// Decodes an integer.
    internal func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    /// Decodes an integer.
    internal func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    /// Decodes an integer.
    internal func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    /// Decodes an integer.
    internal func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    /// Decodes an integer.
    internal func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    /// Decodes an integer.
    internal func decode(_ type: Int128.Type) throws -> Int128 { try integer(type) }
    /// Decodes an integer.
    internal func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    /// Decodes an integer.
    internal func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    /// Decodes an integer.
    internal func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    /// Decodes an integer.
    internal func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    /// Decodes an integer.
    internal func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
    /// Decodes an integer.
    internal func decode(_ type: UInt128.Type) throws -> UInt128 { try integer(type) }
    /// Decodes anything.
    internal func decode<Content: Decodable>(_ type: Content.Type) throws -> Content {
        try pass.content(type, of: value, at: trail)
    }

    private func number<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ type: Number.Type
    ) throws -> Number {
        try DecodingPass.number(type, value, at: trail)
    }

    private func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
        try DecodingPass.integer(type, value, at: trail)
    }
}
