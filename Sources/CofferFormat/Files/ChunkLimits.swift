/// The sizes that chunks and packs keep to (`Docs/Format.md`, section 20).
package enum ChunkLimits {
    /// A chunk's name in bytes: HMAC-SHA-256.
    package static let nameSize = 32
    /// A file of at most so many bytes is one chunk, and no chunk but a file's last is smaller.
    package static let least = 65_536
    /// From this length on a chunk ends sixteen times sooner.
    package static let mean = 262_144
    /// No chunk is larger.
    package static let most = 1_048_576
    /// Stored bytes up to here stand in the row, larger ones in a pack.
    package static let inRow = 4_096
    /// A pack that has so many bytes gets no further batch.
    package static let packSize: UInt64 = 64 << 20
    /// The bytes of a batch's sealed head.
    package static let sealedHead = 84
    /// The bytes of a batch are a multiple of this.
    package static let batchStep = 65_536
    /// The most bytes of a batch.
    package static let batchSize = 128 << 20
    /// The most bytes of a batch's table.
    package static let tableSize = 4 << 20
}
