internal import CofferBytes
internal import CofferDisk

/// A folder that many files are handed out to, each whole under its name or not there.
///
/// Another thread writes them while the owner reads the next: ``write(_:size:_:)`` returns before
/// the file is there, and ``finish()`` waits for all and makes them durable. Dropped without, the
/// file that is being written is removed, and those before it stay.
///
/// Memory: 16 MiB that wait to be written.
public final class OutputFolder {
    private let writer: FolderWriter

    /// Names a folder; it is made with the first file.
    ///
    /// - Parameters:
    ///   - path: Where it is, or is made.
    ///   - isReplacing: Whether files that are there already may be replaced.
    ///   - watch: Is told, on the other thread, what an interrupted program removes; nil for
    ///     nothing.
    public init(
        at path: String, replacing isReplacing: Bool = false,
        watching watch: @escaping @Sendable (String?) -> Void = { _ in }
    ) {
        writer = FolderWriter(path, isReplacing, watch)
        writer.start()
    }

    deinit { writer.stop() }

    /// Writes a file; the folders that its name passes through are made.
    ///
    /// - Parameters:
    ///   - name: Its name below the folder: parts between `/`, none of them `.` or `..`.
    ///   - size: How many bytes it will have, about.
    ///   - body: Gives its bytes; where it throws, the file is not there.
    /// - Throws: ``VaultError/Code/usage`` for a place in a vault's folder;
    ///   ``VaultError/Code/exists``, ``VaultError/Code/full``, ``VaultError/Code/storage``: for this
    ///   file, or for one before it; then nothing more is written. What `body` throws.
    public func write(
        _ name: String, size: UInt64,
        _ body: (_ give: ([UInt8]) throws(VaultError) -> Void) throws(VaultError) -> Void
    ) throws(VaultError) {
        try writer.put(.begin(name: name, size: size))
        do throws(VaultError) {
            try body { bytes throws(VaultError) in try writer.put(.bytes(bytes)) }
        } catch {
            try writer.put(.discard)
            throw error
        }
        try writer.put(.end)
    }

    /// Waits until all files are there, and makes them durable.
    ///
    /// - Throws: As ``write(_:size:_:)``.
    public func finish() throws(VaultError) { try writer.finish() }
}
