internal import CofferFormat

/// Decodes the elements of an array, or bytes as an array of them.
internal struct UnkeyedValueDecoding: UnkeyedDecodingContainer {
    private let pass: DecodingPass
    private let trail: CodingTrail
    private let elements: [Value]
    /// The place of the next element.
    internal private(set) var currentIndex = 0

    /// Looks into an array.
    ///
    /// - Throws: `DecodingError` for all else, and where it nests too deep.
    internal init(_ pass: DecodingPass, _ value: Value, at trail: CodingTrail) throws {
        switch value {
        case .array(let elements): self.elements = elements
        case .bytes(let bytes): elements = bytes.map { .integer(Int64($0)) }
        default: throw DecodingPass.mismatch([Any].self, value, at: trail)
        }
        guard !trail.isAtLimit else { throw DecodingPass.tooDeep(at: trail) }
        self.pass = pass
        self.trail = trail
    }

    /// The way to the array.
    internal var codingPath: [any CodingKey] { trail.path }

    /// The number of elements.
    internal var count: Int? { elements.count }

    /// Whether no element is left.
    internal var isAtEnd: Bool { currentIndex >= elements.count }

    /// Whether the next element is null, which is passed over then.
    internal mutating func decodeNil() throws -> Bool {
        guard case .null = try next(Any?.self) else { return false }
        currentIndex += 1
        return true
    }

    /// Decodes anything.
    internal mutating func decode<Content: Decodable>(_ type: Content.Type) throws -> Content {
        let content = try pass.content(type, of: try next(type), at: here)
        currentIndex += 1
        return content
    }

    private var here: CodingTrail { trail.adding(ValueKey(intValue: currentIndex)) }

    private func next(_ type: Any.Type) throws(DecodingError) -> Value {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                type,
                DecodingError.Context(
                    codingPath: here.path, debugDescription: "there are no more elements"))
        }
        return elements[currentIndex]
    }
}

extension UnkeyedValueDecoding {
    /// Decodes a boolean.
    internal mutating func decode(_ type: Bool.Type) throws -> Bool {
        let flag = try DecodingPass.bool(try next(type), at: here)
        currentIndex += 1
        return flag
    }
    /// Decodes text.
    internal mutating func decode(_ type: String.Type) throws -> String {
        let text = try DecodingPass.text(try next(type), at: here)
        currentIndex += 1
        return text
    }
    /// Decodes a number.
    internal mutating func decode(_ type: Double.Type) throws -> Double { try number(type) }
    /// Decodes a number.
    internal mutating func decode(_ type: Float.Type) throws -> Float { try number(type) }
    /// Decodes an integer.
    internal mutating func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    /// Decodes an integer.
    internal mutating func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    /// Decodes an integer.
    internal mutating func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    /// Decodes an integer.
    internal mutating func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    /// Decodes an integer.
    internal mutating func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    /// Decodes an integer.
    internal mutating func decode(_ type: Int128.Type) throws -> Int128 { try integer(type) }
    /// Decodes an integer.
    internal mutating func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    /// Decodes an integer.
    internal mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    /// Decodes an integer.
    internal mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    /// Decodes an integer.
    internal mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    /// Decodes an integer.
    internal mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
    /// Decodes an integer.
    internal mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try integer(type) }

    private mutating func number<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ type: Number.Type
    ) throws -> Number {
        let number = try DecodingPass.number(type, try next(type), at: here)
        currentIndex += 1
        return number
    }

    private mutating func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type
    ) throws -> Integer {
        let integer = try DecodingPass.integer(type, try next(type), at: here)
        currentIndex += 1
        return integer
    }
}

extension UnkeyedValueDecoding {
    /// The members of the next element.
    internal mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        let nested = try KeyedValueDecoding<Nested>(pass, try next([String: Any].self), at: here)
        currentIndex += 1
        return KeyedDecodingContainer(nested)
    }

    /// The elements of the next element.
    internal mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let nested = try UnkeyedValueDecoding(pass, try next([Any].self), at: here)
        currentIndex += 1
        return nested
    }

    /// Where a superclass finds its part.
    internal mutating func superDecoder() throws -> any Decoder {
        let decoder = ValueDecoding(pass, try next((any Decoder).self), at: here)
        currentIndex += 1
        return decoder
    }
}
