internal import CofferBytes
internal import CofferDisk

extension StateMemory {
    /// Since when something waits for the vault to be unlocked, in milliseconds since 1970; nil
    /// where nothing does.
    internal func dueSince() -> Int64? {
        guard let file = dueFile, let bytes = content(file, limit: 8) else { return nil }
        var reader = ByteReader(bytes)
        return (try? reader.u64()).map { Int64(bitPattern: $0) }
    }

    /// Takes note that something waits, unless something does already; a note that cannot be kept
    /// is no reason to fail.
    internal func noteDue(at now: Int64) {
        guard let file = dueFile, dueSince() == nil else { return }
        var writer = ByteWriter()
        writer.write(UInt64(bitPattern: now))
        try? keep(writer.bytes, in: file)
    }

    /// Nothing waits any more.
    internal func forgetDue() {
        if let file = dueFile { try? LocalFileSystem().unlink(file) }
    }
}
