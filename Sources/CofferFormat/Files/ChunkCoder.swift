/// Compresses chunks where that helps, and expands them.
///
/// One thread uses it at a time.
package struct ChunkCoder: ~Copyable {
    private var compressor = FieldCompressor()

    /// One with contexts of its own, made at first use.
    package init() {}

    /// The stored form of a chunk: a zstd frame where that saves a sixty-fourth at least.
    ///
    /// Bytes that are random cost a fifteenth of what text does: the library notices by itself.
    package mutating func encode(
        _ plain: Span<UInt8>
    ) -> (coding: ChunkPlace.Coding, frame: [UInt8]) {
        let frame = compressor.frame(of: plain)
        guard !frame.isEmpty, frame.count < plain.count - plain.count / 64 else {
            return (.plain, [])
        }
        return (.zstd, Array(frame))
    }

    /// The bytes of a chunk.
    ///
    /// - Throws: ``FieldCodingError/wrongCompression`` where the stored bytes do not give exactly
    ///   so many.
    package mutating func decode(
        _ stored: [UInt8], _ coding: ChunkPlace.Coding, size: Int
    ) throws(FieldCodingError) -> [UInt8] {
        guard coding == .zstd else {
            guard stored.count == size else { throw .wrongCompression }
            return stored
        }
        return try compressor.expand(stored.span, to: size)
    }
}
