package import CofferBytes
internal import CofferShims

/// Cobblestone-256: C2SP chunked encryption with HKDF-Expand-SHA-512 and AES-256-GCM.
///
/// A sealed message is a random salt (24 bytes), a commitment to key and context (32 bytes) and
/// the plaintext in blocks of 16 KiB with a tag each, of which the last is always shorter: so
/// the end is proved, and any block can be opened alone. Key, nonces and commitment are derived
/// from input key, salt and context, afresh for every message.
///
/// `context` is not stored: it says where the message belongs, and opening under another one
/// fails.
package enum Cobblestone {
    /// Salt and commitment.
    package static let headerSize = 56
    /// The plaintext of every block but the last.
    package static let blockSize = 16_384
    /// A block's tag.
    package static let tagSize = 16
    /// The size of the salt in bytes.
    internal static let saltSize = 24
    /// The size of the key commitment in bytes.
    internal static let commitmentSize = 32
    /// A full block with its tag.
    package static let sealedBlockSize = blockSize + tagSize
    /// At most this many blocks in a message (specification, "Message chunking").
    internal static let mostBlocks = 1 << 38

    /// The size of the sealed message for a plaintext of `count` bytes.
    ///
    /// - Precondition: `count` is at least zero and below 4 PiB.
    package static func sealedSize(forPlain count: Int) -> Int {
        headerSize + count + (count / blockSize + 1) * tagSize
    }

    /// The size of the plaintext of a sealed message; nil where no message has that size.
    package static func plainSize(ofSealed count: Int) -> Int? {
        guard count >= headerSize + tagSize else { return nil }
        let blocks = (count - headerSize) / sealedBlockSize
        let last = (count - headerSize) % sealedBlockSize
        guard last >= tagSize, blocks < mostBlocks else { return nil }
        return blocks * blockSize + last - tagSize
    }

    /// Seals a message under a fresh salt.
    ///
    /// - Throws: `randomnessUnavailable`, `outOfMemory`, `library`.
    package static func seal(
        _ plaintext: Span<UInt8>, under key: SealingKey, context: [UInt8],
        randomness: Randomness
    ) throws(CryptoError) -> [UInt8] {
        let size = sealedSize(forPlain: plaintext.count)
        return try unsafe array(of: size) { output throws(CryptoError) in
            var salt = unsafe MutableSpan(_unsafeStart: output, count: saltSize)
            try randomness.fill(&salt)
            var message = try unsafe Message(
                under: key, salt: UnsafePointer(output), context: context)
            unsafe message.copyCommitment(to: output + saltSize)
            try unsafe plaintext.withUnsafeBufferPointer { plaintext throws(CryptoError) in
                try unsafe message.seal(
                    UnsafeRawBufferPointer(plaintext), first: 0, isEnd: true,
                    into: output + headerSize)
            }
        }
    }

    /// Seals a message under a fresh salt.
    ///
    /// - Throws: `randomnessUnavailable`, `outOfMemory`, `library`.
    package static func seal(
        _ plaintext: [UInt8], under key: SealingKey, context: [UInt8], randomness: Randomness
    ) throws(CryptoError) -> [UInt8] {
        try seal(plaintext.span, under: key, context: context, randomness: randomness)
    }

    /// Seals a secret under a fresh salt.
    ///
    /// - Throws: `randomnessUnavailable`, `outOfMemory`, `library`.
    package static func sealSecret(
        _ secret: borrowing SecretBytes, under key: SealingKey, context: [UInt8],
        randomness: Randomness
    ) throws(CryptoError) -> [UInt8] {
        try secret.withBytes { bytes throws(CryptoError) in
            try seal(bytes, under: key, context: context, randomness: randomness)
        }
    }

    /// Opens a message; nothing of it is given before all of it is proved.
    ///
    /// - Throws: `authenticationFailed`, `outOfMemory`, `library`.
    package static func open(
        _ sealed: Span<UInt8>, under key: SealingKey, context: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        guard let count = plainSize(ofSealed: sealed.count) else { throw .authenticationFailed }
        return try unsafe array(of: count) { output throws(CryptoError) in
            try unsafe open(sealed, under: key, context: context, into: output)
        }
    }

    /// Opens a message; nothing of it is given before all of it is proved.
    ///
    /// - Throws: `authenticationFailed`, `outOfMemory`, `library`.
    package static func open(
        _ sealed: [UInt8], under key: SealingKey, context: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try open(sealed.span, under: key, context: context)
    }

    /// Opens a message straight into locked memory.
    ///
    /// - Throws: `authenticationFailed`; `invalidInput` for a message of no bytes, as there is
    ///   no secret of no bytes; `outOfMemory`, `library`.
    package static func openSecret(
        _ sealed: Span<UInt8>, under key: SealingKey, context: [UInt8]
    ) throws(CryptoError) -> SecretBytes {
        guard let count = plainSize(ofSealed: sealed.count) else { throw .authenticationFailed }
        guard count > 0 else { throw .invalidInput }
        return try SecretBytes(count: count) { secret throws(CryptoError) in
            try unsafe secret.withUnsafeMutableBufferPointer { output throws(CryptoError) in
                guard let start = output.baseAddress else { return }
                try unsafe open(sealed, under: key, context: context, into: start)
            }
        }
    }

    /// Opens a message straight into locked memory.
    ///
    /// - Throws: as the form for spans.
    package static func openSecret(
        _ sealed: [UInt8], under key: SealingKey, context: [UInt8]
    ) throws(CryptoError) -> SecretBytes {
        try openSecret(sealed.span, under: key, context: context)
    }

    private static func open(
        _ sealed: Span<UInt8>, under key: SealingKey, context: [UInt8],
        into output: UnsafeMutablePointer<UInt8>
    ) throws(CryptoError) {
        try unsafe sealed.withUnsafeBufferPointer { sealed throws(CryptoError) in
            let sealed = UnsafeRawBufferPointer(sealed)
            var message = try unsafe Message(
                opening: .init(rebasing: sealed[..<headerSize]), under: key, context: context)
            try unsafe message.open(
                .init(rebasing: sealed[headerSize...]), first: 0, into: output)
        }
    }

    /// An array of `count` bytes that `body` writes without anyone zeroing them first.
    internal static func array(
        of count: Int, _ body: (UnsafeMutablePointer<UInt8>) throws(CryptoError) -> Void
    ) throws(CryptoError) -> [UInt8] {
        var failure: CryptoError?
        // One byte more, so that there is an address even where there are no bytes.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count + 1) { buffer, written in
            guard let start = buffer.baseAddress else { return }
            do throws(CryptoError) {
                try unsafe body(start)
                written = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
