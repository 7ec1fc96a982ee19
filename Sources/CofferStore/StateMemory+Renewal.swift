internal import CofferBytes
package import CofferDisk

extension StateMemory {
    /// What was noted of bundles of the vault at this path that are to be written anew; nil where
    /// nothing is.
    internal func renewalLeft() -> [UInt8]? {
        guard let file = renewalFile, (try? LocalFileSystem().exists(file)) == true,
            let bytes = content(file, limit: Self.renewalLimit),
            let end = bytes.firstIndex(of: 0), bytes[..<end].elementsEqual(path.utf8)
        else { return nil }
        return Array(bytes[(end + 1)...])
    }

    /// Takes note of bundles; a note that cannot be kept is no reason to fail.
    internal func noteRenewal(_ bundles: [UInt8]) {
        guard let file = renewalFile else { return }
        let bytes = Array(path.utf8) + [0] + bundles
        if bytes.count <= Self.renewalLimit { try? keep(bytes, in: file) }
    }

    /// Nothing is to be written anew any more.
    internal func forgetRenewal() {
        guard let file = renewalFile, renewalLeft() != nil else { return }
        try? LocalFileSystem().unlink(file)
    }

    /// Keeps others from writing bundles of the vault anew; nil where somebody else has it, or
    /// there is no state directory.
    internal func lockRenewal(timeout: Duration) -> (any DiskLock)? {
        guard let file = renewalFile else { return nil }
        return try? LocalFileSystem().lock(file + ".lock", .exclusive, timeout: timeout)
    }

    /// PATH_MAX of Linux, and some hundreds of bundles.
    private static let renewalLimit = 65_536

    private var renewalFile: String? { directory.map { "\($0)/\(vault)-renew" } }
}

extension Store {
    /// What was noted of bundles that are to be written anew since keys were changed; nil where
    /// nothing is, or the vault can only be read.
    package func renewalLeft() -> [UInt8]? {
        isReadOnly || !standing.isCurrent ? nil : memory.renewalLeft()
    }

    /// Takes note of bundles that are to be written anew, before the keys change.
    package func noteRenewal(_ bundles: [UInt8]) { memory.noteRenewal(bundles) }

    /// Nothing is to be written anew any more.
    package func forgetRenewal() { memory.forgetRenewal() }

    /// Keeps other programs from writing bundles anew as long as it is held; nil where another one
    /// does.
    package func lockRenewal(timeout: Duration) -> (any DiskLock)? {
        memory.lockRenewal(timeout: timeout)
    }
}
