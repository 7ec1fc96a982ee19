internal import CofferFormat

/// What all encoders of one encoding share.
internal final class EncodingPass {
    /// What the caller gives to the values.
    internal let userInfo: [CodingUserInfoKey: any Sendable]
    /// What went wrong where nothing can be thrown; the value at hand is refused for it.
    internal private(set) var failure: EncodingError.Context?
    private var calls = 0

    /// Begins an encoding.
    internal init(userInfo: [CodingUserInfoKey: any Sendable]) { self.userInfo = userInfo }

    /// Remembers the first thing that went wrong.
    internal func fail(at trail: CodingTrail, _ message: String) {
        guard failure == nil else { return }
        failure = EncodingError.Context(codingPath: trail.path, debugDescription: message)
    }

    /// Encodes a value.
    ///
    /// - Throws: `EncodingError` for what has no form or nests too deep, and what the value throws.
    internal func value<Content: Encodable>(
        _ content: Content, at trail: CodingTrail
    ) throws -> Value {
        if let value = Self.plain(content) { return value }
        return try value(content, at: trail, isTop: false)
    }

    /// Encodes a value that must encode something.
    internal func top<Content: Encodable>(_ content: Content) throws -> Value {
        try value(content, at: .top, isTop: true)
    }

    private func value<Content: Encodable>(
        _ content: Content, at trail: CodingTrail, isTop: Bool
    ) throws -> Value {
        if calls >= CodingTrail.callLimit { fail(at: trail, CodingTrail.tooDeep) }
        try check(content)
        calls += 1
        defer { calls -= 1 }
        let encoding = ValueEncoding(self, at: trail, into: EncodedNode())
        try content.encode(to: encoding)
        if isTop, encoding.node.kind == .nothing { fail(at: trail, "it encodes nothing") }
        try check(content)
        let value = encoding.node.finish()
        guard let type = Content.self as? any UnorderedContent.Type else { return value }
        return type.inOrder(value)
    }

    private func check<Content>(_ content: Content) throws(EncodingError) {
        if let failure { throw .invalidValue(content, failure) }
    }

    /// The value of what is a value as it stands; nil for all else.
    ///
    /// Elements of arrays arrive here one by one, so this is where time is won.
    internal static func plain<Content>(_ content: Content) -> Value? {
        if Content.self == String.self { return (content as? String).map { .text($0) } }
        if Content.self == Int.self { return (content as? Int).map { .integer(Int64($0)) } }
        if Content.self == Bool.self { return (content as? Bool).map { .bool($0) } }
        if Content.self == [UInt8].self {
            return (content as? [UInt8]).map { .array($0.map { .integer(Int64($0)) }) }
        }
        return nil
    }
}

extension EncodingPass {
    /// The value of an integer: the literal where 64 bits with a sign are too few.
    internal static func integer(_ integer: some BinaryInteger) -> Value {
        Int64(exactly: integer).map { .integer($0) } ?? .number(String(integer))
    }

    /// The value of a double.
    ///
    /// - Throws: `EncodingError` for infinities and NaN, which JSON has no number for.
    internal static func double(
        _ double: Double, at trail: @autoclosure () -> CodingTrail
    ) throws(EncodingError) -> Value {
        guard double.isFinite else { throw Self.notFinite(double, at: trail()) }
        return .double(double)
    }

    /// The value of a float: the double that is written as shortly as the float is.
    ///
    /// The float 0.1 becomes 0.1 and not 0.10000000149011612, and reads back as the same float.
    ///
    /// - Throws: As `double`.
    internal static func float(
        _ float: Float, at trail: @autoclosure () -> CodingTrail
    ) throws(EncodingError) -> Value {
        guard float.isFinite else { throw Self.notFinite(float, at: trail()) }
        if let short = Double(float.description), Float(short) == float { return .double(short) }
        return .double(Double(float))
    }

    private static func notFinite(_ number: Any, at trail: CodingTrail) -> EncodingError {
        .invalidValue(
            number,
            EncodingError.Context(
                codingPath: trail.path, debugDescription: "a number must be finite"))
    }
}
