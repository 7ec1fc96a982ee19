internal import CofferCare
internal import CofferRecords

extension Files {
    /// What a sweep has given back.
    public struct Sweep: Sendable {
        /// How many chunks are gone.
        public let chunks: UInt64
        /// How many chunks no file needs, which wait for those who add files just now.
        public let waiting: UInt64
        /// How many packs are gone.
        public let packs: Int
        /// How many of these had chunks that were copied into others.
        public let copied: Int
        /// How many bytes of packs the disk has got back, less those that were written for it.
        public let bytes: UInt64
        /// How many packs are still there for somebody who reads an older state, or writes to them.
        public let held: Int
        /// How many bytes of room the disk has too few for more; nil where nothing is left to do.
        public let missingRoom: UInt64?
    }

    /// Gives back the room of what no file, no older version of one and none in the trash needs.
    ///
    /// What can go is read from the records themselves, each time. Chunks are noted first and go
    /// when nobody who adds files just now can have counted on them; others read and write
    /// meanwhile. Packs of which at least half is not needed are copied into others. A sweep that
    /// is ended at any moment has lost nothing, and the next one goes on.
    ///
    /// - Parameter progress: Is given how much was looked at so far, and how much there is; then
    ///   the same for chunks that are copied. What it throws ends the sweep.
    /// - Returns: What was given back. Where the disk has too little room for more,
    ///   ``Sweep/missingRoom`` says how much.
    /// - Throws: ``VaultError/Code/damaged`` where anything of the vault does not verify or is
    ///   missing: then nothing went; ``VaultError/Code/locked``, ``VaultError/Code/older``;
    ///   ``VaultError/Code/busy``, ``VaultError/Code/full``, ``VaultError/Code/storage``; what
    ///   `progress` throws.
    /// - Complexity: linear in the number of files and chunks, and of the bytes that are copied;
    ///   where there is anything to do, in the size of the database.
    @discardableResult
    public func sweep(
        progress: (UInt64, UInt64) throws -> Void = { _, _ in }
    ) throws(VaultError) -> Sweep {
        try vault.holding {
            try withoutActuallyEscaping(progress) { progress in
                var sweep = FileSweep(vault.records, progress: progress)
                return Sweep(try sweep.run())
            }
        }
    }
}

extension Files.Sweep {
    fileprivate init(_ done: FileSweep.Outcome) {
        chunks = done.chunks
        waiting = done.waiting
        packs = done.packs
        copied = done.copied
        bytes = done.freed > done.written ? done.freed - done.written : 0
        held = done.held
        missingRoom = done.missingRoom
    }
}
