/// XAES-256-GCM (C2SP) on whole messages, for comparison with published vectors.
///
/// Records use ``RecordCipher``, through which these two go as well.
package enum XAES256GCM {
    /// Seals under a given nonce, which only vectors have a reason to give.
    ///
    /// - Throws: as ``RecordCipher`` does.
    package static func sealForVectors(
        _ plaintext: [UInt8], under key: FieldKey, nonce: [UInt8], associated: [UInt8],
        backend: AES256GCM.Backend = .preferred
    ) throws(CryptoError) -> [UInt8] {
        var cipher = try RecordCipher(backend: backend)
        try cipher.begin(key: key, nonce: nonce.span)
        var sealed = [UInt8](repeating: 0, count: plaintext.count + RecordCipher.tagSize)
        try unsafe Self.lend(&sealed, plaintext, associated) {
            output, input, associated throws(CryptoError) in
            try unsafe cipher.seal(
                field: 0, plaintext: input, associated: associated,
                ciphertext: .init(rebasing: output[..<input.count]),
                tag: .init(rebasing: output[input.count...]))
        }
        return sealed
    }

    /// Opens what ``sealForVectors(_:under:nonce:associated:backend:)`` gives.
    ///
    /// - Throws: as ``RecordCipher`` does.
    package static func openForVectors(
        _ sealed: [UInt8], under key: FieldKey, nonce: [UInt8], associated: [UInt8],
        backend: AES256GCM.Backend = .preferred
    ) throws(CryptoError) -> [UInt8] {
        let count = sealed.count - RecordCipher.tagSize
        guard count >= 0 else { throw .authenticationFailed }
        var cipher = try RecordCipher(backend: backend)
        try cipher.begin(key: key, nonce: nonce.span)
        var plaintext = [UInt8](repeating: 0, count: count)
        try unsafe Self.lend(&plaintext, sealed, associated) {
            output, input, associated throws(CryptoError) in
            try unsafe cipher.open(
                field: 0, ciphertext: .init(rebasing: input[..<count]),
                tag: .init(rebasing: input[count...]), associated: associated, plaintext: output)
        }
        return plaintext
    }

    private static func lend(
        _ output: inout [UInt8], _ input: [UInt8], _ associated: [UInt8],
        _ body: (
            UnsafeMutableRawBufferPointer, UnsafeRawBufferPointer, UnsafeRawBufferPointer
        ) throws(CryptoError) -> Void
    ) throws(CryptoError) {
        var span = output.mutableSpan
        try unsafe span.withUnsafeMutableBufferPointer { output throws(CryptoError) in
            try unsafe input.span.withUnsafeBufferPointer { input throws(CryptoError) in
                try unsafe associated.span.withUnsafeBufferPointer {
                    associated throws(CryptoError) in
                    try unsafe body(
                        UnsafeMutableRawBufferPointer(output), UnsafeRawBufferPointer(input),
                        UnsafeRawBufferPointer(associated))
                }
            }
        }
    }
}
