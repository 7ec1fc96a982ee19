package import CofferFormat

/// Turns values of Swift into values of fields.
///
/// An encoded value says what `JSONEncoder` would write, but for this: members keep the order in
/// which they were encoded, those of dictionaries and sets are sorted, no type is treated
/// specially (a `Date` of Foundation is the number that it encodes), and every integer is exact.
/// An optional that is nil is left out where it is a property, and null elsewhere.
package struct ValueEncoder {
    /// How deep arrays and objects may nest.
    package static var depthLimit: Int { CodingTrail.depthLimit }

    /// What the values find in their encoders.
    package var userInfo: [CodingUserInfoKey: any Sendable] = [:]

    /// Begins without information for the values.
    package init() {}

    /// Encodes one value.
    ///
    /// - Throws: `EncodingError` with the way to what is refused: numbers that are not finite, what
    ///   nests deeper than ``depthLimit``, what encodes nothing, what asks for containers
    ///   of two kinds; and what the value itself throws.
    package func encode(_ content: some Encodable) throws -> Value {
        let pass = EncodingPass(userInfo: userInfo)
        return try EncodingPass.plain(content) ?? pass.top(content)
    }
}
