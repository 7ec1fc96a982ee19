package import CofferBytes
package import CofferCrypto
internal import CofferFormat
package import CofferKeys
package import CofferStore

/// The keys that files are cut, named and sealed with (`Docs/Format.md`, section 20).
package struct ChunkKeys: Sendable {
    /// The vault's id.
    package let vault: Identifier
    /// The number of the key that seals.
    package let number: UInt32
    private let chunk: Keyring.Key
    private let naming: Keyring.Key
    private let chunker: Keyring.Key
    private var opening: [Keyring.Key]

    /// Takes them from a keyring.
    ///
    /// - Throws: `KeysError.damaged` where the vault has none yet.
    package init(_ keyring: Keyring) throws(KeysError) {
        vault = keyring.vault
        chunk = try keyring.active(.chunk)
        naming = try keyring.active(.chunkNames)
        chunker = try keyring.active(.chunker)
        number = chunk.number
        opening = keyring.opening(.chunk)
    }

    /// The same, but that nothing opens which is under a key of before.
    package var activeOnly: ChunkKeys {
        var keys = self
        keys.opening = opening.filter { $0.number == number }
        return keys
    }

    /// Sees that these are still the keys of the vault: nothing that others have written since is
    /// under a key that is not among them.
    ///
    /// - Throws: `ChunkError.keysChanged`.
    package func expect(_ keyring: Keyring) throws(ChunkError) {
        guard let now = try? keyring.active(.chunk), now.number == number else {
            throw .keysChanged
        }
    }

    /// Makes those that the vault does not have yet.
    ///
    /// - Throws: As `Transaction.key(for:)`.
    package static func make(in transaction: Transaction) throws {
        for purpose in [KeyRow.Purpose.chunk, .chunkNames, .chunker] {
            _ = try transaction.key(for: purpose)
        }
    }

    /// The key that seals, for one thread.
    package func sealing() -> SealingKey { chunk.sealingKey() }

    /// The key that names, for one thread.
    package func names() -> MACKey { naming.macKey() }

    /// The key of the gear table.
    package func gear() -> MACKey { chunker.macKey() }

    /// The numbers of the keys that open, the active one first.
    package var numbers: [UInt32] { opening.map(\.number) }

    /// A key that opens, for one thread; nil for a number that is none.
    package func sealing(_ number: UInt32) -> SealingKey? {
        opening.first { $0.number == number }?.sealingKey()
    }

    /// Where the row of a chunk is bound to.
    internal func row(_ name: [UInt8], _ number: UInt32) -> [UInt8] {
        ChunkContext.row(vault, name, number)
    }

    /// Where the bytes of a chunk are bound to.
    internal func piece(_ name: [UInt8]) -> [UInt8] {
        ChunkContext.piece(vault, name)
    }

    /// Where the row of a pack is bound to.
    internal func pack(_ pack: Int64, _ number: UInt32) -> [UInt8] {
        ChunkContext.pack(vault, pack, number)
    }

    /// Where the head of a batch is bound to.
    internal func head(_ pack: Identifier, _ offset: UInt64) -> [UInt8] {
        ChunkContext.head(vault, pack, offset)
    }

    /// Where the table of a batch is bound to.
    internal func table(_ pack: Identifier, _ offset: UInt64) -> [UInt8] {
        ChunkContext.table(vault, pack, offset)
    }
}
