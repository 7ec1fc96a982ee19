internal import CofferShims

/// A copy of bytes that were opened, erased when nobody holds it any more.
///
/// For plaintext that is kept for later; it is not locked in memory as a ``SecretBytes`` is.
@safe
package final class ErasedBytes: @unchecked Sendable {
    // Sendable is true because nothing writes to the bytes after `init`.

    private let start: UnsafeMutableRawPointer
    /// The number of bytes.
    package let count: Int

    /// Takes the bytes over: those of `bytes` are erased.
    package init(moving bytes: inout [UInt8]) {
        count = bytes.count
        unsafe start = .allocate(byteCount: max(1, count), alignment: 16)
        unsafe bytes.withUnsafeMutableBytes { source in
            guard let from = source.baseAddress else { return }
            unsafe start.copyMemory(from: from, byteCount: source.count)
            unsafe CofferShims_erase(from, source.count)
        }
    }

    deinit {
        unsafe CofferShims_erase(start, max(1, count))
        unsafe start.deallocate()
    }

    /// Lends the bytes.
    package func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        try body(
            unsafe Span<UInt8>(
                _unsafeBytes: UnsafeRawBufferPointer(start: start, count: count)))
    }
}
