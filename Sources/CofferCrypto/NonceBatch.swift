internal import CofferShims

/// The 24-byte nonces of records, drawn at once and given out once each.
///
/// A batch is drawn when the plaintexts that it is for are final, and is used up at once: nonces
/// that are kept could be used twice by a copy of the process. Records draw one by one
/// (`Docs/Decisions/0005-nonces-drawn-per-record.md`).
@safe
package struct NonceBatch: ~Copyable {
    /// The size of a nonce in bytes (C2SP XAES-256-GCM).
    @inlinable package static var nonceSize: Int { 24 }
    /// At most this many in a batch: 24 MiB, more records than a transaction takes.
    private static let most = 1 << 20

    /// How many nonces have not been given out.
    package private(set) var remaining: Int
    private let start: UnsafeMutablePointer<UInt8>
    private let count: Int

    /// Draws `count` nonces.
    ///
    /// - Throws: `randomnessUnavailable`; `refusedLimit` for a negative count or one above 2^20.
    package init(count: Int, randomness: Randomness) throws(CryptoError) {
        guard count >= 0, count <= Self.most else {
            throw .refusedLimit(
                name: "nonces", value: UInt64(max(count, 0)), allowed: 0...UInt64(Self.most))
        }
        let size = max(1, count * Self.nonceSize)
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        unsafe buffer.initialize(repeating: 0, count: size)
        do throws(CryptoError) {
            var span = unsafe MutableSpan(
                _unsafeStart: buffer, count: count * Self.nonceSize)
            try randomness.fill(&span)
        } catch {
            unsafe buffer.deallocate()
            throw error
        }
        unsafe start = buffer
        self.count = count
        remaining = count
    }

    deinit {
        unsafe CofferShims_erase(start, max(1, count * Self.nonceSize))
        unsafe start.deallocate()
    }

    /// Lends the next nonce, which no later call gets again, and erases it.
    ///
    /// - Throws: `nonceBatchIsEmpty`, and what `body` throws.
    package mutating func next<Result: ~Copyable>(
        _ body: (Span<UInt8>) throws(CryptoError) -> Result
    ) throws(CryptoError) -> Result {
        guard remaining > 0 else { throw .nonceBatchIsEmpty }
        let nonce = unsafe start + (count - remaining) * Self.nonceSize
        remaining -= 1
        defer { unsafe CofferShims_erase(nonce, Self.nonceSize) }
        return try body(unsafe Span(_unsafeStart: nonce, count: Self.nonceSize))
    }
}
