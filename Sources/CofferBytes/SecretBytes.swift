internal import CofferShims

/// A fixed-size buffer for one secret, erased when it goes out of scope.
///
/// The type is noncopyable, so there is one buffer per secret and the compiler refuses the
/// assignment that would leave a second one behind. Bytes are lent to a closure as a `Span`,
/// which cannot escape it. The memory is locked where the system's limit allows it, left out
/// of core dumps and wiped in a forked child.
///
/// - Important: Only this buffer is erased. A `String` or array that the secret came from is
///   not, so write the secret in place where you can.
@safe
package struct SecretBytes: ~Copyable, @unchecked Sendable {
    // Sendable is true because nothing can write to the buffer after `init`.

    /// The number of bytes in the secret.
    package let count: Int
    private let start: UnsafeMutablePointer<UInt8>

    /// Creates a secret of `count` bytes, zero until `fill` writes them.
    ///
    /// - Precondition: `count` is at least 1.
    package init<Failure: Error>(
        count: Int,
        filling fill: (inout MutableSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(count > 0, "A secret has at least one byte")
        let buffer = unsafe SecretPool.shared.allocate(count)
        self.count = count
        unsafe self.start = buffer
        var bytes = unsafe MutableSpan(_unsafeStart: buffer, count: count)
        try fill(&bytes)  // A throw from here still runs `deinit`.
    }

    deinit {
        unsafe SecretPool.shared.release(start, count)
    }

    /// Lends the bytes for reading.
    package func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe Span(_unsafeStart: start, count: count))
    }

    /// A second buffer with the same bytes, for an owner with a life of its own.
    package func duplicate() -> SecretBytes {
        SecretBytes(count: count) { copy in
            for index in 0..<count { copy[index] = unsafe start[index] }
        }
    }

    /// Compares in a time that depends on the sizes alone.
    package func isEqual(to other: borrowing SecretBytes) -> Bool {
        guard count == other.count else { return false }
        return unsafe CofferShims_equal(start, other.start, count) == 1
    }
}
