internal import CofferFormat

/// Encodes the members of an object.
internal struct KeyedValueEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    private let pass: EncodingPass
    private let trail: CodingTrail
    private let node: EncodedNode

    /// Makes `node` an object.
    internal init(_ pass: EncodingPass, at trail: CodingTrail, into node: EncodedNode) {
        self.pass = pass
        self.trail = trail
        self.node = pass.begin(.object, node, at: trail)
    }

    /// The way to the object.
    internal var codingPath: [any CodingKey] { trail.path }

    private func set(_ value: Value, _ key: Key) { node.set(key.stringValue, value) }

    /// Encodes anything.
    internal func encode<Content: Encodable>(_ value: Content, forKey key: Key) throws {
        if let plain = EncodingPass.plain(value) { return set(plain, key) }
        set(try pass.value(value, at: trail.adding(key)), key)
    }
}

extension KeyedValueEncoding {
    /// Encodes null.
    internal func encodeNil(forKey key: Key) { set(.null, key) }
    /// Encodes a boolean.
    internal func encode(_ value: Bool, forKey key: Key) { set(.bool(value), key) }
    /// Encodes text.
    internal func encode(_ value: String, forKey key: Key) { set(.text(value), key) }
    /// Encodes a number.
    internal func encode(_ value: Double, forKey key: Key) throws {
        set(try EncodingPass.double(value, at: trail.adding(key)), key)
    }
    /// Encodes a number.
    internal func encode(_ value: Float, forKey key: Key) throws {
        set(try EncodingPass.float(value, at: trail.adding(key)), key)
    }
    /// Encodes an integer.
    internal func encode(_ value: Int, forKey key: Key) { set(EncodingPass.integer(value), key) }
    /// Encodes an integer.
    internal func encode(_ value: Int8, forKey key: Key) { set(EncodingPass.integer(value), key) }
    /// Encodes an integer.
    internal func encode(_ value: Int16, forKey key: Key) { set(EncodingPass.integer(value), key) }
    /// Encodes an integer.
    internal func encode(_ value: Int32, forKey key: Key) { set(EncodingPass.integer(value), key) }
    /// Encodes an integer.
    internal func encode(_ value: Int64, forKey key: Key) { set(EncodingPass.integer(value), key) }
    /// Encodes an integer.
    internal func encode(_ value: Int128, forKey key: Key) { set(EncodingPass.integer(value), key) }
    /// Encodes an integer.
    internal func encode(_ value: UInt, forKey key: Key) { set(EncodingPass.integer(value), key) }
    /// Encodes an integer.
    internal func encode(_ value: UInt8, forKey key: Key) { set(EncodingPass.integer(value), key) }
    /// Encodes an integer.
    internal func encode(_ value: UInt16, forKey key: Key) { set(EncodingPass.integer(value), key) }
    /// Encodes an integer.
    internal func encode(_ value: UInt32, forKey key: Key) { set(EncodingPass.integer(value), key) }
    /// Encodes an integer.
    internal func encode(_ value: UInt64, forKey key: Key) { set(EncodingPass.integer(value), key) }
    /// Encodes an integer.
    internal func encode(_ value: UInt128, forKey key: Key) {
        set(EncodingPass.integer(value), key)
    }
}

extension KeyedValueEncoding {
    /// An object as a member.
    internal func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        let nested = node.node(key.stringValue)
        return KeyedEncodingContainer(KeyedValueEncoding<Nested>(pass, at: way(key), into: nested))
    }

    /// An array as a member.
    internal func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        UnkeyedValueEncoding(pass, at: way(key), into: node.node(key.stringValue))
    }

    /// Where a superclass writes its part.
    internal func superEncoder() -> any Encoder {
        let nested = node.node(ValueKey.ofSuper.stringValue)
        return ValueEncoding(pass, at: way(ValueKey.ofSuper), into: nested)
    }

    /// Where a superclass writes its part, under a name of the caller's.
    internal func superEncoder(forKey key: Key) -> any Encoder {
        ValueEncoding(pass, at: way(key), into: node.node(key.stringValue))
    }

    /// Containers that nobody can refuse end at the limit, or the way to them would never end.
    private func way(_ key: any CodingKey) -> CodingTrail {
        trail.isAtLimit ? trail : trail.adding(key)
    }
}
