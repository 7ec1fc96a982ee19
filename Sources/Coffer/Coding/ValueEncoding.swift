internal import CofferFormat

/// The encoder of one value, as that value sees it.
internal final class ValueEncoding: Encoder {
    /// What all encoders of this encoding share.
    internal let pass: EncodingPass
    /// Where the value stands.
    internal let trail: CodingTrail
    /// What is put together.
    internal let node: EncodedNode

    /// Encodes a value at a place into a part.
    internal init(_ pass: EncodingPass, at trail: CodingTrail, into node: EncodedNode) {
        self.pass = pass
        self.trail = trail
        self.node = node
    }

    /// The way to the value.
    internal var codingPath: [any CodingKey] { trail.path }

    /// What the caller gives to the values.
    internal var userInfo: [CodingUserInfoKey: Any] { pass.userInfo }

    /// Makes the value an object.
    internal func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(KeyedValueEncoding(pass, at: trail, into: node))
    }

    /// Makes the value an array.
    internal func unkeyedContainer() -> any UnkeyedEncodingContainer {
        UnkeyedValueEncoding(pass, at: trail, into: node)
    }

    /// Makes the value a single one.
    internal func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension EncodingPass {
    /// The part to write an array or object into: `node`, or one that is lost where that fails.
    ///
    /// The functions of `Encoder` that end up here cannot throw, so the failure is remembered.
    internal func begin(
        _ kind: EncodedNode.Kind, _ node: EncodedNode, at trail: CodingTrail
    ) -> EncodedNode {
        if trail.isAtLimit {
            fail(at: trail, CodingTrail.tooDeep)
        } else if node.become(kind) {
            return node
        } else {
            fail(at: trail, "it asks for containers of two kinds")
        }
        let lost = EncodedNode()
        _ = lost.become(kind)
        return lost
    }
}

extension ValueEncoding: SingleValueEncodingContainer {
    private func set(_ value: Value, _ content: Any) throws(EncodingError) {
        guard node.become(value) else {
            throw EncodingError.invalidValue(
                content,
                EncodingError.Context(
                    codingPath: codingPath, debugDescription: "another value was encoded before"))
        }
    }

    /// Encodes null.
    internal func encodeNil() throws { try set(.null, Value?.none as Any) }
    /// Encodes a boolean.
    internal func encode(_ value: Bool) throws { try set(.bool(value), value) }
    /// Encodes text.
    internal func encode(_ value: String) throws { try set(.text(value), value) }
    /// Encodes a number.
    internal func encode(_ value: Double) throws {
        try set(EncodingPass.double(value, at: trail), value)
    }
    /// Encodes a number.
    internal func encode(_ value: Float) throws {
        try set(EncodingPass.float(value, at: trail), value)
    }
    /// Encodes an integer.
    internal func encode(_ value: Int) throws { try set(EncodingPass.integer(value), value) }
    /// Encodes an integer.
    internal func encode(_ value: Int8) throws { try set(EncodingPass.integer(value), value) }
    /// Encodes an integer.
    internal func encode(_ value: Int16) throws { try set(EncodingPass.integer(value), value) }
    /// Encodes an integer.
    internal func encode(_ value: Int32) throws { try set(EncodingPass.integer(value), value) }
    /// Encodes an integer.
    internal func encode(_ value: Int64) throws { try set(EncodingPass.integer(value), value) }
    /// Encodes an integer.
    internal func encode(_ value: Int128) throws { try set(EncodingPass.integer(value), value) }
    /// Encodes an integer.
    internal func encode(_ value: UInt) throws { try set(EncodingPass.integer(value), value) }
    /// Encodes an integer.
    internal func encode(_ value: UInt8) throws { try set(EncodingPass.integer(value), value) }
    /// Encodes an integer.
    internal func encode(_ value: UInt16) throws { try set(EncodingPass.integer(value), value) }
    /// Encodes an integer.
    internal func encode(_ value: UInt32) throws { try set(EncodingPass.integer(value), value) }
    /// Encodes an integer.
    internal func encode(_ value: UInt64) throws { try set(EncodingPass.integer(value), value) }
    /// Encodes an integer.
    internal func encode(_ value: UInt128) throws { try set(EncodingPass.integer(value), value) }
    /// Encodes anything.
    internal func encode<Content: Encodable>(_ value: Content) throws {
        try set(pass.value(value, at: trail), value)
    }
}
