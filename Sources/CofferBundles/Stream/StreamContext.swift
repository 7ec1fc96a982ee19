internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat

/// Sizes of the record stream.
///
/// Source: `Docs/Format.md`, section 19.1.
package enum BundleStream {
    /// Every segment but the last has this many bytes in the clear.
    package static let segmentSize = 4_194_304
    /// A sealed segment has at most this many bytes.
    package static let sealedLimit = Cobblestone.sealedSize(forPlain: segmentSize)
}

/// What segments and parts are bound to, and how the parts of persons are sealed.
internal struct StreamContext: Sendable {
    let vault: Identifier
    let bundle: Identifier

    /// The context of a segment.
    func segment(_ number: Int) -> [UInt8] {
        SealContext.make(
            "coffer/v1/segment", vault.bytes, bundle.bytes,
            UInt32(clamping: number).bigEndianBytes)
    }

    private func associated(
        _ kind: StreamKind, _ collection: UInt32, _ key: Identifier
    ) -> [UInt8] {
        Array("coffer/v1/part".utf8) + vault.bytes + bundle.bytes + [kind.rawValue]
            + collection.bigEndianBytes + key.bytes
    }

    /// Seals a part under a person's key: nonce, ciphertext, tag.
    func seal(
        _ bytes: [UInt8], _ batch: StreamBatch, _ keyID: Identifier, under key: FieldKey,
        _ randomness: Randomness
    ) throws(CryptoError) -> [UInt8] {
        let associated = associated(batch.kind, batch.collection, keyID)
        var cipher = try RecordCipher()
        var nonces = try NonceBatch(count: 1, randomness: randomness)
        var sealed: [UInt8] = []
        sealed.reserveCapacity(NonceBatch.nonceSize + bytes.count + RecordCipher.tagSize)
        try nonces.next { nonce throws(CryptoError) in
            for index in nonce.indices { sealed.append(nonce[index]) }
            try cipher.begin(key: key, nonce: nonce)
        }
        sealed.append(contentsOf: bytes)
        for _ in 0..<RecordCipher.tagSize { sealed.append(0) }
        var span = sealed.mutableSpan
        try unsafe span.withUnsafeMutableBytes { sealed throws(CryptoError) in
            try unsafe associated.span.withUnsafeBytes { associated throws(CryptoError) in
                let end = sealed.count - RecordCipher.tagSize
                let body = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: sealed[NonceBatch.nonceSize..<end])
                try unsafe cipher.seal(
                    field: 0, plaintext: UnsafeRawBufferPointer(body), associated: associated,
                    ciphertext: body,
                    tag: UnsafeMutableRawBufferPointer(rebasing: sealed[end...]))
            }
        }
        return sealed
    }

    /// Opens a part of a person.
    ///
    /// - Throws: `CryptoError.authenticationFailed`.
    func open(
        _ sealed: [UInt8], _ kind: StreamKind, _ collection: UInt32, _ keyID: Identifier,
        under key: FieldKey
    ) throws(CryptoError) -> [UInt8] {
        let overhead = NonceBatch.nonceSize + RecordCipher.tagSize
        guard sealed.count >= overhead else { throw .authenticationFailed }
        let associated = associated(kind, collection, keyID)
        var cipher = try RecordCipher()
        try cipher.begin(key: key, nonce: sealed.span.extracting(..<NonceBatch.nonceSize))
        var bytes = [UInt8](repeating: 0, count: sealed.count - overhead)
        var span = bytes.mutableSpan
        try unsafe span.withUnsafeMutableBytes { output throws(CryptoError) in
            try unsafe sealed.span.withUnsafeBytes { sealed throws(CryptoError) in
                try unsafe associated.span.withUnsafeBytes { associated throws(CryptoError) in
                    let end = sealed.count - RecordCipher.tagSize
                    try unsafe cipher.open(
                        field: 0,
                        ciphertext: UnsafeRawBufferPointer(
                            rebasing: sealed[NonceBatch.nonceSize..<end]),
                        tag: UnsafeRawBufferPointer(rebasing: sealed[end...]),
                        associated: associated, plaintext: output)
                }
            }
        }
        return bytes
    }
}
