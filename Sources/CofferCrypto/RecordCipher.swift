internal import CCofferOpenSSL
internal import CofferShims

/// Seals and opens the fields of records with XAES-256-GCM, one record after the other.
///
/// Field i of a record with the 24-byte nonce R is sealed under R with its last two bytes
/// XORed with i (big-endian). XAES derives the AES key from the first twelve bytes, which are
/// the same for all fields, so ``begin(key:nonce:)`` derives it once per record and key.
///
/// This is the only type that is handed a nonce, because R is part of the record (its `seal`
/// column begins with it) and must be the same for the record's scopes. When sealing, pass what
/// a ``NonceBatch`` lends, nothing else; when opening, what the record holds. Within one record
/// each field number is sealed once.
///
/// - Important: One value serves one thread, and one scope at a time: a record with two scopes
///   needs two values, each with its own `begin`. The derived keys lie in ordinary memory
///   until the next record or the end of the value, when they are erased.
@safe
package struct RecordCipher: ~Copyable {
    /// The size of a field's tag in bytes.
    @inlinable package static var tagSize: Int { AES256GCM.tagSize }

    private var cipher: AES256GCM
    private var derivation: XAESDerivation
    /// R's last twelve bytes.
    private let suffix: UnsafeMutablePointer<UInt8>
    private var isReady = false

    /// Makes a cipher for one worker, without a key.
    ///
    /// - Throws: `library` when the backend is not available here, `outOfMemory`.
    package init(backend: AES256GCM.Backend = .preferred) throws(CryptoError) {
        let cipher = try AES256GCM(backend)
        let derivation = try XAESDerivation()
        self.cipher = cipher
        self.derivation = derivation
        unsafe suffix = .allocate(capacity: AES256GCM.nonceSize)
        unsafe suffix.initialize(repeating: 0, count: AES256GCM.nonceSize)
    }

    deinit { unsafe suffix.deallocate() }

    /// Turns to the record with the nonce `nonce` and to the scope under `key`.
    ///
    /// - Throws: `invalidInput` unless the nonce has 24 bytes; `library` when OpenSSL refuses.
    package mutating func begin(key: FieldKey, nonce: Span<UInt8>) throws(CryptoError) {
        isReady = false
        try derivation.use(key)
        try begin(nonce: nonce)
    }

    /// Turns to the next record under the key of the record before.
    ///
    /// - Throws: `invalidInput` unless the nonce has 24 bytes and there was one before; `library`
    ///   when OpenSSL refuses.
    package mutating func begin(nonce: Span<UInt8>) throws(CryptoError) {
        isReady = false
        guard nonce.count == NonceBatch.nonceSize, derivation.isKeyed else { throw .invalidInput }
        for index in 0..<AES256GCM.nonceSize {
            unsafe suffix[index] = nonce[AES256GCM.nonceSize + index]
        }
        try unsafe derivation.withSubkey(nonce) { subkey throws(CryptoError) in
            try unsafe cipher.setKey(subkey)
        }
        isReady = true
    }

    /// Seals one field: as many bytes of ciphertext as of plaintext, and a tag of 16.
    ///
    /// `ciphertext` may be where `plaintext` is, but must not overlap it in part.
    ///
    /// - Throws: `invalidInput` when a buffer has another size or no record was begun;
    ///   `refusedLimit` above 2 GiB; `library` when OpenSSL refuses.
    package mutating func seal(
        field: UInt16, plaintext: UnsafeRawBufferPointer, associated: UnsafeRawBufferPointer,
        ciphertext: UnsafeMutableRawBufferPointer, tag: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) {
        guard isReady, ciphertext.count == plaintext.count, tag.count == Self.tagSize,
            let tagStart = tag.baseAddress
        else { throw .invalidInput }
        setNonce(field)
        try unsafe cipher.seal(
            plaintext, associated: associated, into: ciphertext.baseAddress ?? tagStart,
            tag: tagStart)
    }

    /// Opens one field; nothing of it is left in `plaintext` when its tag does not fit.
    ///
    /// - Throws: `authenticationFailed`; `invalidInput` when a buffer has another size or no
    ///   record was begun; `refusedLimit` above 2 GiB; `library` when OpenSSL refuses.
    package mutating func open(
        field: UInt16, ciphertext: UnsafeRawBufferPointer, tag: UnsafeRawBufferPointer,
        associated: UnsafeRawBufferPointer, plaintext: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) {
        guard isReady, plaintext.count == ciphertext.count, tag.count == Self.tagSize,
            let tagStart = tag.baseAddress
        else { throw .invalidInput }
        setNonce(field)
        // With nothing to open, nothing is written to where the output would be.
        let output = unsafe plaintext.baseAddress ?? UnsafeMutableRawPointer(cipher.nonce)
        try unsafe cipher.open(ciphertext, tag: tagStart, associated: associated, into: output)
    }

    private func setNonce(_ field: UInt16) {
        let nonce = unsafe cipher.nonce
        unsafe nonce.update(from: suffix, count: AES256GCM.nonceSize)
        unsafe nonce[10] ^= UInt8(field >> 8)
        unsafe nonce[11] ^= UInt8(truncatingIfNeeded: field)
    }
}
