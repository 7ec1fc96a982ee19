package import CofferBytes
package import CofferDisk

/// Why a chunk of a file could not be stored or read.
///
/// Besides these, what is below throws its own: `SQLiteError`, `StoreError`, `CryptoError`.
package enum ChunkError: Error, Equatable, Sendable {
    /// No row has the name.
    case missing(name: [UInt8])
    /// What is stored under the name does not verify; the text says what is wrong.
    case damaged(name: [UInt8], String)
    /// The row of a pack does not verify.
    case damagedPack(Int64)
    /// A pack is gone, shorter than it should be, or does not verify from an offset on.
    case brokenPack(Identifier, offset: UInt64, String)
    /// The keys of files were changed meanwhile.
    case keysChanged
    /// There is not enough room to copy what is needed out of packs; so many bytes more would be.
    case noRoom(needed: UInt64)
    /// The disk failed or refused.
    case disk(DiskError)
}
