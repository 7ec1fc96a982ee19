internal import Coffer

/// What a client of `coffer serve` may send, get and keep waiting (`Docs/Interface.md`, "Serve").
internal enum ServeLimits {
    /// The version of the protocol; it changes when something is not possible any more.
    internal static let version: Int64 = 1
    /// The longest request in bytes, without its line end.
    internal static let frame = 16 << 20
    /// The most values in a request: a value of a byte or two needs far more memory than that.
    internal static let values = 1_000_000
    /// The longest answer in bytes.
    internal static let answer = 64 << 20
    /// How long a transaction that writes may wait for its next request, in milliseconds.
    internal static let writeIdle: UInt64 = 30_000
    /// How long one that reads may, in milliseconds: it keeps old pages from being reused.
    internal static let readIdle: UInt64 = 300_000
    /// How often other programs' commits are looked for, in milliseconds.
    internal static let watch: Int64 = 100
    /// How often it is looked whether the kernel still keeps the key, in milliseconds.
    internal static let keyWatch: Int64 = 1_000
    /// How many changes are told at once before the next request is looked for.
    internal static let burst = 512
}
