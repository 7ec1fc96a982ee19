internal import CofferShims

extension Cobblestone {
    /// One message's key and base nonce, as derived from input key, salt and context.
    @safe
    internal struct Message: ~Copyable {
        private static let label =
            Array("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM".utf8) + [0]
        /// Two codes of HMAC-SHA-512, of which 32 + 12 + 32 bytes are used.
        private static let derivedSize = 128
        private static let baseNonce = 32
        private static let commitment = 44

        private var cipher: AES256GCM
        /// Message key, base nonce, commitment; the key is erased once it is expanded.
        private let derived: UnsafeMutablePointer<UInt8>

        /// Derives a message's key from the 24 bytes at `salt`.
        ///
        /// - Throws: `outOfMemory`, `library`.
        internal init(
            under key: SealingKey, salt: UnsafePointer<UInt8>, context: [UInt8]
        ) throws(CryptoError) {
            var cipher = try AES256GCM()
            let derived = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.derivedSize)
            unsafe derived.initialize(repeating: 0, count: Self.derivedSize)
            unsafe Self.derive(under: key, salt: salt, context: context, into: derived)
            do throws(CryptoError) {
                try unsafe cipher.setKey(derived)
            } catch {
                unsafe CofferShims_erase(derived, Self.derivedSize)
                unsafe derived.deallocate()
                throw error
            }
            unsafe CofferShims_erase(derived, Self.baseNonce)
            self.cipher = cipher
            unsafe self.derived = unsafe derived
        }

        /// Derives a message's key and checks its commitment, before any block is opened.
        ///
        /// - Throws: `authenticationFailed`, `outOfMemory`, `library`.
        internal init(
            opening header: UnsafeRawBufferPointer, under key: SealingKey, context: [UInt8]
        ) throws(CryptoError) {
            guard header.count == headerSize, let start = header.baseAddress else {
                throw .authenticationFailed
            }
            let salt = unsafe start.assumingMemoryBound(to: UInt8.self)
            let message = try unsafe Message(under: key, salt: salt, context: context)
            let isTrue = unsafe CofferShims_equal(
                message.derived + Self.commitment, salt + saltSize, commitmentSize)
            guard isTrue == 1 else { throw .authenticationFailed }
            self = message
        }

        deinit {
            unsafe CofferShims_erase(derived, Self.derivedSize)
            unsafe derived.deallocate()
        }

        /// Copies the 32 bytes that follow the salt.
        internal func copyCommitment(to output: UnsafeMutablePointer<UInt8>) {
            unsafe output.update(from: derived + Self.commitment, count: commitmentSize)
        }

        /// Seals whole blocks from number `first` on, and the short last one when this is the end.
        ///
        /// - Precondition: Without the end, `plaintext` is a multiple of the block size.
        /// - Throws: `library`; `refusedLimit` above 2^38 blocks.
        internal mutating func seal(
            _ plaintext: UnsafeRawBufferPointer, first: Int, isEnd: Bool,
            into output: UnsafeMutablePointer<UInt8>
        ) throws(CryptoError) {
            let full = plaintext.count / blockSize
            for block in 0..<full + (isEnd ? 1 : 0) {
                try setNonce(first + block)
                let start = block * blockSize
                let count = min(blockSize, plaintext.count - start)
                let target = unsafe output + block * sealedBlockSize
                try unsafe cipher.seal(
                    .init(rebasing: plaintext[start..<start + count]),
                    associated: UnsafeRawBufferPointer(start: nil, count: 0), into: target,
                    tag: target + count)
            }
        }

        /// Opens the sealed blocks from number `first` on, each with its tag.
        ///
        /// After a failure nothing of the plaintext is left in `output`.
        ///
        /// - Throws: `authenticationFailed`, also when the last block is too short for a tag;
        ///   `library`; `refusedLimit` above 2^38 blocks.
        internal mutating func open(
            _ sealed: UnsafeRawBufferPointer, first: Int,
            into output: UnsafeMutablePointer<UInt8>
        ) throws(CryptoError) {
            var start = 0
            var block = 0
            do throws(CryptoError) {
                while start < sealed.count {
                    let count = min(sealedBlockSize, sealed.count - start) - tagSize
                    guard count >= 0, let bytes = sealed.baseAddress else {
                        throw .authenticationFailed
                    }
                    try setNonce(first + block)
                    try unsafe cipher.open(
                        .init(rebasing: sealed[start..<start + count]),
                        tag: bytes + start + count,
                        associated: UnsafeRawBufferPointer(start: nil, count: 0),
                        into: output + block * blockSize)
                    start += count + tagSize
                    block += 1
                }
            } catch {
                unsafe CofferShims_erase(output, block * blockSize)
                throw error
            }
        }

        /// Block `index` is sealed under the base nonce XORed with its number.
        private func setNonce(_ index: Int) throws(CryptoError) {
            guard index >= 0, index < mostBlocks else {
                throw .refusedLimit(
                    name: "blocks", value: UInt64(max(index, 0)),
                    allowed: 0...UInt64(mostBlocks - 1))
            }
            let nonce = unsafe cipher.nonce
            unsafe nonce.update(from: derived + Self.baseNonce, count: AES256GCM.nonceSize)
            for byte in 0..<5 {
                unsafe nonce[11 - byte] ^= UInt8(truncatingIfNeeded: index >> (8 * byte))
            }
        }

        /// HKDF-Expand (RFC 5869, section 2.3) for two blocks of output.
        private static func derive(
            under key: SealingKey, salt: UnsafePointer<UInt8>, context: [UInt8],
            into output: UnsafeMutablePointer<UInt8>
        ) {
            unsafe label.withUnsafeBytes { label in
                unsafe context.withUnsafeBytes { context in
                    key.withHMAC { hmac in
                        for counter in 1...2 {
                            hmac.begin()
                            if counter == 2 {
                                unsafe hmac.update(.init(start: output, count: 64))
                            }
                            unsafe hmac.update(label)
                            unsafe hmac.update(.init(start: salt, count: saltSize))
                            unsafe hmac.update(context)
                            hmac.update(UInt8(counter))
                            unsafe hmac.finish(into: output + 64 * (counter - 1))
                        }
                    }
                }
            }
        }
    }
}
