import CofferBytes

/// Bech32m on arrays: what tests hold is no secret.
enum PlainBech32m {
    static func encode(prefix: String, _ bytes: Span<UInt8>) -> [UInt8] {
        let text = Bech32m.encode(prefix: prefix, bytes)
        return text.withBytes { text in text.indices.map { text[$0] } }
    }

    static func decode(prefix: String, _ text: [UInt8]) -> [UInt8]? {
        guard let bytes = Bech32m.decode(prefix: prefix, text.span) else { return nil }
        return bytes.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    }
}
