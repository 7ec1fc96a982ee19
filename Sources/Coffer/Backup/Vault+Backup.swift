internal import CofferBytes
internal import CofferCare

extension Vault {
    /// A bundle that was made.
    public struct Backup: Sendable {
        /// The path of the file.
        public let path: String
        /// The bundle's id, a UUID.
        public let id: String
        /// Whether it holds everything.
        public let isFull: Bool
        /// The id of the bundle that it continues; nil for a full one.
        public let parent: String?
        /// How many records it holds.
        public let records: UInt64
        /// How many chunks of files it holds.
        public let chunks: UInt64
        /// How many bytes the file has.
        public let bytes: UInt64
        /// How many records the vault had when the bundle that it continues was made; nil for a
        /// full one.
        public let recordsBefore: UInt64?
        /// How many records the vault has.
        public let recordsNow: UInt64
    }

    /// Writes a bundle of the vault into a folder: what changed since the last one there, or
    /// everything.
    ///
    /// The bundle is of one instant, whoever writes meanwhile. It gets its name when it is
    /// complete and on the disk. The folder is made where it is missing.
    ///
    /// - Parameters:
    ///   - folder: Where it goes.
    ///   - isFull: Whether everything is written, whatever the folder has.
    ///   - progress: Hears how many entries are written, and how many there are, 0 where that is
    ///     not known; false cancels.
    /// - Throws: ``VaultError/Code/usage`` for a folder in a vault,
    ///   ``VaultError/Code/locked``, ``VaultError/Code/damaged`` where the vault does not
    ///   verify, ``VaultError/Code/cancelled``, ``VaultError/Code/full``,
    ///   ``VaultError/Code/storage``, ``VaultError/Code/older``, ``VaultError/Code/readOnly``.
    public func backUp(
        to folder: String, isFull: Bool = false,
        progress: @escaping (UInt64, UInt64) -> Bool = { _, _ in true }
    ) throws(VaultError) -> Backup {
        try Bundles.refuseFile(folder)
        try OutputFile.refuseVault(around: folder, folder)
        return try holding {
            let made = try BackupCreate(records, isFull: isFull) { done, total in
                guard progress(done, total) else { throw BackupError.cancelled }
            }.run(into: folder)
            return Backup(
                path: made.path, id: made.bundle.bundle.description,
                isFull: made.parent == nil, parent: made.parent?.bundle.description,
                records: made.records, chunks: made.chunks, bytes: made.bundle.size,
                recordsBefore: made.parent?.records, recordsNow: made.bundle.records)
        }
    }
}
