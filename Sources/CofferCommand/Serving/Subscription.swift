/// What a client wants to be told as it happens.
internal struct Subscription {
    /// The last change that it was told.
    internal var last: UInt64
    /// The library's mark of what was looked at; nil to look in any case.
    internal var mark: Int64?
    /// Whether it knows that the vault was locked from outside.
    internal var isToldOfLock = true
}
