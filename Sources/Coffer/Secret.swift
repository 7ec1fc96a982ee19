internal import CofferBytes

/// A password or recovery key on its way to the vault, erased when it goes out of scope.
///
/// - Important: Only this buffer is erased. What it was copied from is the caller's to erase, so
///   read into it directly where you can.
public struct Secret: ~Copyable, Sendable {
    internal let bytes: SecretBytes

    internal init(_ bytes: consuming SecretBytes) { self.bytes = bytes }

    /// Makes a secret of `count` bytes, which `fill` writes.
    ///
    /// - Throws: `VaultError.Code.invalid` when it would be empty.
    public init(
        count: Int, filling fill: (inout MutableSpan<UInt8>) -> Void
    ) throws(VaultError) {
        guard count > 0 else { throw VaultError(.invalid, "the password is empty") }
        bytes = SecretBytes(count: count, filling: fill)
    }

    /// Lends the bytes for reading, for instance to print a recovery key.
    public func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        try bytes.withBytes(body)
    }

    /// Compares in a time that depends on the sizes alone.
    public func isEqual(to other: borrowing Secret) -> Bool { bytes.isEqual(to: other.bytes) }
}
