internal import CofferFormat

/// Encodes the elements of an array.
internal struct UnkeyedValueEncoding: UnkeyedEncodingContainer {
    private let pass: EncodingPass
    private let trail: CodingTrail
    private let node: EncodedNode

    /// Makes `node` an array.
    internal init(_ pass: EncodingPass, at trail: CodingTrail, into node: EncodedNode) {
        self.pass = pass
        self.trail = trail
        self.node = pass.begin(.array, node, at: trail)
    }

    /// The way to the array.
    internal var codingPath: [any CodingKey] { trail.path }

    /// The number of elements.
    internal var count: Int { node.count }

    /// Encodes anything.
    internal func encode<Content: Encodable>(_ value: Content) throws {
        if let plain = EncodingPass.plain(value) { return node.append(plain) }
        node.append(try pass.value(value, at: here))
    }

    private var here: CodingTrail { trail.adding(ValueKey(intValue: count)) }
}

extension UnkeyedValueEncoding {
    /// Encodes null.
    internal func encodeNil() { node.append(.null) }
    /// Encodes a boolean.
    internal func encode(_ value: Bool) { node.append(.bool(value)) }
    /// Encodes text.
    internal func encode(_ value: String) { node.append(.text(value)) }
    /// Encodes a number.
    internal func encode(_ value: Double) throws {
        node.append(try EncodingPass.double(value, at: here))
    }
    /// Encodes a number.
    internal func encode(_ value: Float) throws {
        node.append(try EncodingPass.float(value, at: here))
    }
    /// Encodes an integer.
    internal func encode(_ value: Int) { node.append(EncodingPass.integer(value)) }
    /// Encodes an integer.
    internal func encode(_ value: Int8) { node.append(EncodingPass.integer(value)) }
    /// Encodes an integer.
    internal func encode(_ value: Int16) { node.append(EncodingPass.integer(value)) }
    /// Encodes an integer.
    internal func encode(_ value: Int32) { node.append(EncodingPass.integer(value)) }
    /// Encodes an integer.
    internal func encode(_ value: Int64) { node.append(EncodingPass.integer(value)) }
    /// Encodes an integer.
    internal func encode(_ value: Int128) { node.append(EncodingPass.integer(value)) }
    /// Encodes an integer.
    internal func encode(_ value: UInt) { node.append(EncodingPass.integer(value)) }
    /// Encodes an integer.
    internal func encode(_ value: UInt8) { node.append(EncodingPass.integer(value)) }
    /// Encodes an integer.
    internal func encode(_ value: UInt16) { node.append(EncodingPass.integer(value)) }
    /// Encodes an integer.
    internal func encode(_ value: UInt32) { node.append(EncodingPass.integer(value)) }
    /// Encodes an integer.
    internal func encode(_ value: UInt64) { node.append(EncodingPass.integer(value)) }
    /// Encodes an integer.
    internal func encode(_ value: UInt128) { node.append(EncodingPass.integer(value)) }
}

extension UnkeyedValueEncoding {
    /// An object as an element.
    internal func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
        let way = self.way
        return KeyedEncodingContainer(
            KeyedValueEncoding<Nested>(pass, at: way, into: node.appendNode()))
    }

    /// An array as an element.
    internal func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let way = self.way
        return UnkeyedValueEncoding(pass, at: way, into: node.appendNode())
    }

    /// Where a superclass writes its part.
    internal func superEncoder() -> any Encoder {
        let way = self.way
        return ValueEncoding(pass, at: way, into: node.appendNode())
    }

    /// The way to the element that comes next; at the limit, where nothing begins, the way here.
    private var way: CodingTrail { trail.isAtLimit ? trail : here }
}
