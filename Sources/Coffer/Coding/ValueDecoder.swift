package import CofferFormat

/// Turns values of fields into values of Swift: the other way of ``ValueEncoder``.
///
/// Members that the type does not ask for are passed over. A number becomes an integer where it is
/// one exactly, and the nearest double or float. Bytes are read as the array that ``ValueEncoder``
/// makes of them.
package struct ValueDecoder {
    /// How deep arrays and objects may nest, as far as the type looks into them.
    package static var depthLimit: Int { CodingTrail.depthLimit }

    /// What the types find in their decoders.
    package var userInfo: [CodingUserInfoKey: any Sendable] = [:]

    /// Begins without information for the types.
    package init() {}

    /// Decodes one value.
    ///
    /// - Throws: `DecodingError` with the way to what is missing, of another type, out of range or
    ///   nested deeper than ``depthLimit``, without the value itself; and what the type throws,
    ///   which may quote the value.
    package func decode<Content: Decodable>(
        _ type: Content.Type, from value: Value
    ) throws -> Content {
        try DecodingPass(userInfo: userInfo).content(type, of: value, at: .top)
    }
}
