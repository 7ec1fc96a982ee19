internal import CofferFormat

/// Decodes the members of an object.
internal struct KeyedValueDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let pass: DecodingPass
    private let trail: CodingTrail
    private let members: MemberSearch

    /// Looks into an object.
    ///
    /// - Throws: `DecodingError` for all else, and where it nests too deep.
    internal init(_ pass: DecodingPass, _ value: Value, at trail: CodingTrail) throws {
        guard case .object(let members) = value else {
            throw DecodingPass.mismatch([String: Any].self, value, at: trail)
        }
        guard !trail.isAtLimit else { throw DecodingPass.tooDeep(at: trail) }
        self.pass = pass
        self.trail = trail
        self.members = MemberSearch(members)
    }

    /// The way to the object.
    internal var codingPath: [any CodingKey] { trail.path }

    /// The keys of the members that are keys of the type.
    internal var allKeys: [Key] { members.members.compactMap { Key(stringValue: $0.name) } }

    /// Whether there is a member.
    internal func contains(_ key: Key) -> Bool { members.find(key.stringValue) != nil }

    /// Whether a member is null.
    internal func decodeNil(forKey key: Key) throws -> Bool {
        if case .null = try value(key) { true } else { false }
    }

    /// Decodes anything.
    internal func decode<Content: Decodable>(
        _ type: Content.Type, forKey key: Key
    ) throws -> Content {
        try pass.content(type, of: try value(key), at: trail.adding(key))
    }

    private func value(_ key: any CodingKey) throws(DecodingError) -> Value {
        if let value = members.find(key.stringValue) { return value }
        throw DecodingError.keyNotFound(
            key,
            DecodingError.Context(
                codingPath: codingPath, debugDescription: "there is no such member"))
    }
}

extension KeyedValueDecoding {
    /// Decodes a boolean.
    internal func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        try DecodingPass.bool(try value(key), at: trail.adding(key))
    }
    /// Decodes text.
    internal func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try DecodingPass.text(try value(key), at: trail.adding(key))
    }
    /// Decodes a number.
    internal func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try DecodingPass.number(type, try value(key), at: trail.adding(key))
    }
    /// Decodes a number.
    internal func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try DecodingPass.number(type, try value(key), at: trail.adding(key))
    }
    /// Decodes an integer.
    internal func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try integer(type, key) }
    /// Decodes an integer.
    internal func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 {
        try integer(type, key)
    }
    /// Decodes an integer.
    internal func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
        try integer(type, key)
    }
    /// Decodes an integer.
    internal func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
        try integer(type, key)
    }
    /// Decodes an integer.
    internal func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
        try integer(type, key)
    }
    /// Decodes an integer.
    internal func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
        try integer(type, key)
    }
    /// Decodes an integer.
    internal func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt {
        try integer(type, key)
    }
    /// Decodes an integer.
    internal func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
        try integer(type, key)
    }
    /// Decodes an integer.
    internal func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
        try integer(type, key)
    }
    /// Decodes an integer.
    internal func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
        try integer(type, key)
    }
    /// Decodes an integer.
    internal func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
        try integer(type, key)
    }
    /// Decodes an integer.
    internal func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
        try integer(type, key)
    }

    private func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type, _ key: Key
    ) throws -> Integer {
        try DecodingPass.integer(type, try value(key), at: trail.adding(key))
    }
}

extension KeyedValueDecoding {
    /// The members of a member.
    internal func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        KeyedDecodingContainer(
            try KeyedValueDecoding<Nested>(pass, try value(key), at: trail.adding(key)))
    }

    /// The elements of a member.
    internal func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try UnkeyedValueDecoding(pass, try value(key), at: trail.adding(key))
    }

    /// Where a superclass finds its part.
    internal func superDecoder() throws -> any Decoder {
        let key = ValueKey.ofSuper
        return ValueDecoding(pass, try value(key), at: trail.adding(key))
    }

    /// Where a superclass finds its part, under a name of the caller's.
    internal func superDecoder(forKey key: Key) throws -> any Decoder {
        ValueDecoding(pass, try value(key), at: trail.adding(key))
    }
}
