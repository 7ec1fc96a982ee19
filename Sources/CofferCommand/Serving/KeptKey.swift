/// The key of a process that has it from the kernel, or has left it there.
internal struct KeptKey {
    /// When using the vault counts as use of the kernel's key again.
    internal var renewal: Int64
}
