internal import CCofferOpenSSL

/// A hash being computed, over OpenSSL's context.
///
/// - Precondition: libcrypto has the hash and the system has memory left, everywhere below.
@safe
internal struct Digest: ~Copyable {
    private let context: OpaquePointer
    private let size: Int

    /// Starts a hash of `size` bytes.
    internal init(_ algorithm: OpaquePointer?, size: Int) {
        guard let algorithm = unsafe algorithm, let context = unsafe EVP_MD_CTX_new() else {
            preconditionFailure("libcrypto has the hash, and memory for it")
        }
        let isReady = unsafe EVP_DigestInit_ex2(context, algorithm, nil) == 1
        precondition(isReady, "A hash can be started")
        unsafe self.context = context
        self.size = size
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Takes in the next part.
    internal mutating func update(_ part: Span<UInt8>) {
        let isTaken = unsafe part.withUnsafeBufferPointer { part in
            unsafe EVP_DigestUpdate(context, part.baseAddress, part.count) == 1
        }
        precondition(isTaken, "A hash takes any bytes")
    }

    /// Writes the hash over `output`; the hash cannot go on afterwards.
    internal mutating func finish(into output: inout MutableSpan<UInt8>) {
        precondition(output.count == size, "The hash fills its output")
        let isDone = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe EVP_DigestFinal_ex(context, output.baseAddress, nil) == 1
        }
        precondition(isDone, "A hash can be finished")
    }

    /// The hash; it cannot go on afterwards.
    internal mutating func finish() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size)
        var span = bytes.mutableSpan
        finish(into: &span)
        return bytes
    }
}
