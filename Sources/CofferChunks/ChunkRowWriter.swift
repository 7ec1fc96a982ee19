internal import CofferBytes
internal import CofferCrypto
package import CofferFormat
internal import CofferSQLite
package import CofferStore

/// Writes the rows of chunks and packs, in the transaction that needs them.
package struct ChunkRowWriter {
    private let transaction: Transaction
    private let keys: ChunkKeys
    private let sealing: SealingKey

    private static let sealText = StatementText("SELECT seal FROM chunk WHERE name = ?1")
    private static let removeText = StatementText("DELETE FROM chunk WHERE name = ?1")
    private static let insertText = StatementText("INSERT INTO chunk(name, seal) VALUES(?1, ?2)")

    /// A writer for a transaction.
    package init(_ transaction: Transaction, _ keys: ChunkKeys) {
        self.transaction = transaction
        self.keys = keys
        sealing = keys.sealing()
    }

    /// The generation of the state that this transaction makes.
    package var generation: UInt64 { transaction.state.generation + 1 }

    /// Adds the row of a chunk that has none.
    package func insert(_ name: [UInt8], _ place: ChunkPlace) throws {
        let seal = try seal(place.bytes, keys.row(name, keys.number))
        let statement = try transaction.connection.cached(Self.insertText)
        try statement.bind(blob: name, at: 1)
        try statement.bind(blob: seal, at: 2)
        _ = try statement.step()
        transaction.enter(.chunk, key: name, seal: seal)
    }

    /// Writes the row of a chunk over what it was.
    package func replace(_ name: [UInt8], _ place: ChunkPlace) throws {
        _ = try remove(name)
        try insert(name, place)
    }

    /// Removes the row of a chunk.
    ///
    /// - Returns: Whether there was one.
    package func remove(_ name: [UInt8]) throws -> Bool {
        let old = try transaction.connection.cached(Self.sealText)
        try old.bind(blob: name, at: 1)
        guard try old.step() else { return false }
        let seal = old.bytes(0)
        old.reset()
        let removal = try transaction.connection.cached(Self.removeText)
        try removal.bind(blob: name, at: 1)
        _ = try removal.step()
        removal.reset()
        transaction.leave(.chunk, key: name, seal: seal)
        return true
    }

    /// Writes the row of a pack over what it was, or adds it.
    package func put(_ number: Int64, _ pack: PackRow) throws {
        _ = try removePack(number)
        let seal = try seal(pack.bytes, keys.pack(number, keys.number))
        let statement = try transaction.connection.prepare(
            "INSERT INTO pack(num, seal) VALUES(?1, ?2)")
        try statement.bind(number, at: 1)
        try statement.bind(blob: seal, at: 2)
        try statement.run()
        transaction.enter(.pack, key: number.bigEndianBytes, seal: seal)
    }

    /// Removes the row of a pack.
    ///
    /// - Returns: Whether there was one.
    package func removePack(_ number: Int64) throws -> Bool {
        let old = try transaction.connection.prepare("SELECT seal FROM pack WHERE num = ?1")
        try old.bind(number, at: 1)
        guard try old.step() else { return false }
        let seal = old.bytes(0)
        old.reset()
        let removal = try transaction.connection.prepare("DELETE FROM pack WHERE num = ?1")
        try removal.bind(number, at: 1)
        try removal.run()
        transaction.leave(.pack, key: number.bigEndianBytes, seal: seal)
        return true
    }

    /// The number of the next pack.
    package func nextPack() throws -> Int64 {
        let statement = try transaction.connection.prepare("SELECT max(num) FROM pack")
        guard try statement.step(), !statement.isNull(0) else { return 1 }
        let (next, overflow) = statement.int64(0).addingReportingOverflow(1)
        guard !overflow, next > 0 else { throw StoreError.exhausted("packs") }
        return next
    }

    private func seal(_ plain: [UInt8], _ context: [UInt8]) throws -> [UInt8] {
        try keys.number.bigEndianBytes
            + Cobblestone.seal(
                plain, under: sealing, context: context, randomness: transaction.randomness)
    }
}
