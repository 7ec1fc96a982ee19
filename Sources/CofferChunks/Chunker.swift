package import CofferCrypto
internal import CofferFormat

/// Cuts files where their content says so, so that what was inserted or removed changes only the
/// chunks around it (`Docs/Format.md`, section 20.1).
///
/// The table is the vault's own: the sizes of chunks tell nobody else which file it is. The
/// method is FastCDC (Xia et al., USENIX ATC 2016), with two thresholds around the mean.
package struct Chunker: Sendable {
    private let table: [UInt64]

    /// How many bytes back the hash reaches: as many as it has bits.
    private static let window = 64
    private static let strict: UInt64 = ~(.max >> 20)
    private static let loose: UInt64 = ~(.max >> 16)

    /// A chunker with the table that a key gives.
    package init(_ key: MACKey) {
        var table: [UInt64] = []
        table.reserveCapacity(256)
        for block in UInt8(0)..<64 {
            let code = key.code(Array("coffer/v1/gear".utf8) + [block])
            for place in 0..<4 {
                table.append(code[place * 8..<place * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) })
            }
        }
        self.table = table
    }

    /// The size of the first chunk of `bytes`.
    ///
    /// - Parameter bytes: All that is left of a file, or ``ChunkLimits/most`` bytes of it at least.
    /// - Complexity: O(n) in the size of the chunk.
    package func cut(_ bytes: Span<UInt8>) -> Int {
        let end = min(bytes.count, ChunkLimits.most)
        guard bytes.count > ChunkLimits.least else { return bytes.count }
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe table.withUnsafeBufferPointer { table in
                var hash: UInt64 = 0
                for place in ChunkLimits.least - Self.window..<ChunkLimits.least - 1 {
                    unsafe hash = hash << 1 &+ table[Int(bytes[place])]
                }
                let middle = min(end, ChunkLimits.mean - 1)
                for place in ChunkLimits.least - 1..<middle {
                    unsafe hash = hash << 1 &+ table[Int(bytes[place])]
                    if hash & Self.strict == 0 { return place + 1 }
                }
                for place in middle..<end {
                    unsafe hash = hash << 1 &+ table[Int(bytes[place])]
                    if hash & Self.loose == 0 { return place + 1 }
                }
                return end
            }
        }
    }
}
