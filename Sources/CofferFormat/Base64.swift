/// Base64 with padding (RFC 4648, section 4), in one direction: JSON has no bytes.
package enum Base64 {
    private static let alphabet: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    /// Appends the text form of `content`.
    package static func encode(_ content: Span<UInt8>, into text: inout [UInt8]) {
        let letters = unsafe UnsafeBufferPointer(start: alphabet.utf8Start, count: 64)
        var index = 0
        while index < content.count {
            let rest = content.count - index
            var group = UInt32(content[index]) << 16
            if rest > 1 { group |= UInt32(content[index + 1]) << 8 }
            if rest > 2 { group |= UInt32(content[index + 2]) }
            for place in 0..<4 {
                let sextet = Int(group >> UInt32(18 - 6 * place)) & 63
                text.append(place <= rest ? unsafe letters[sextet] : UInt8(ascii: "="))
            }
            index += 3
        }
    }
}
