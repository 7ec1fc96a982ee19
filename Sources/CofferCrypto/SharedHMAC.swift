internal import CofferBytes

/// One key's HMAC for all workers that hold the key: one of them at a time uses it.
internal final class SharedHMAC: @unchecked Sendable {
    // Sendable is true because `hmac` is touched under `lock` only.
    private let lock = Lock()
    private var hmac: KeyedHMAC

    /// Takes over a keyed context.
    internal init(_ hmac: consuming KeyedHMAC) { self.hmac = hmac }

    /// Lends the context; `body` must not ask for it again.
    internal func withHMAC<Result>(_ body: (inout KeyedHMAC) -> Result) -> Result {
        lock.lock()
        defer { lock.unlock() }
        return body(&hmac)
    }
}
