internal import CofferCrypto
package import CofferFormat

/// Tells whether what is carried of a chunk gives the bytes that its name says.
package final class ChunkProof {
    private let naming: MACKey
    private var coder = ChunkCoder()

    /// A proof with the keys of the vault that the chunks are of.
    package init(_ keys: ChunkKeys) { naming = keys.names() }

    /// Whether it does.
    package func holds(_ chunk: StreamChunk) -> Bool { plain(of: chunk) != nil }

    /// The bytes, where it does.
    package func plain(of chunk: StreamChunk) -> [UInt8]? {
        guard
            let plain = try? coder.decode(chunk.stored, chunk.coding, size: chunk.plainSize),
            naming.code(plain.span) == chunk.name
        else { return nil }
        return plain
    }
}
