/// HMAC with SHA-256 (RFC 2104): 32-byte codes under a ``MACKey``.
package enum HMACSHA256 {
    /// The size of a code in bytes.
    @inlinable package static var size: Int { 32 }

    /// One worker's HMAC under one key, for codes by the million.
    ///
    /// The states after both key blocks are computed once, and a code allocates nothing here.
    ///
    /// - Important: One value serves one thread. The states lie in ordinary memory until the
    ///   value goes, when they are erased.
    @safe
    package final class Authenticator {
        private var hmac: BulkHMAC
        private let code: UnsafeMutablePointer<UInt8>

        /// Takes in `key`.
        package init(_ key: MACKey) {
            hmac = key.unsafelyExposingBytes { BulkHMAC(key: $0) }
            unsafe code = .allocate(capacity: HMACSHA256.size)
            unsafe code.initialize(repeating: 0, count: HMACSHA256.size)
        }

        deinit { unsafe code.deallocate() }

        /// Lends the code of one message; the next call overwrites it.
        package func withCode<Result: ~Copyable, Failure: Error>(
            of message: UnsafeRawBufferPointer,
            _ body: (Span<UInt8>) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try unsafe withCode(of: message, UnsafeRawBufferPointer(start: nil, count: 0), body)
        }

        /// Lends the code of a message in two parts, as if they were one.
        package func withCode<Result: ~Copyable, Failure: Error>(
            of head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer,
            _ body: (Span<UInt8>) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            unsafe hmac.code(head, tail, into: code)
            return try body(unsafe Span(_unsafeStart: code, count: HMACSHA256.size))
        }

        /// Lends the code of one message; the next call overwrites it.
        package func withCode<Result: ~Copyable, Failure: Error>(
            of message: Span<UInt8>, _ body: (Span<UInt8>) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            unsafe message.withUnsafeBufferPointer {
                unsafe hmac.code(
                    UnsafeRawBufferPointer($0), UnsafeRawBufferPointer(start: nil, count: 0),
                    into: code)
            }
            return try body(unsafe Span(_unsafeStart: code, count: HMACSHA256.size))
        }
    }
}
