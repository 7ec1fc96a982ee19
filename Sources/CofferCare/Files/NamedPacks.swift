internal import CofferBytes
internal import CofferChunks
internal import CofferFormat
internal import CofferRecords
internal import CofferSQLite
internal import CofferStore

/// The packs that rows name, all of which are there: what is not among them is nobody's.
internal struct NamedPacks {
    /// Their ids.
    let ids: Set<Identifier>

    /// Reads them as they are now, and holds them against the sealed state.
    ///
    /// - Throws: `StoreError.damaged` where rows are missing, doubled or put back;
    ///   `ChunkError.damagedPack` for one that does not open, `ChunkError.keysChanged`.
    init(_ records: Records, _ keys: ChunkKeys) throws {
        ids = try records.read { reader in
            try keys.expect(reader.frame.keyring)
            var (ids, tally): (Set<Identifier>, VaultState.Tally) = ([], VaultState.Tally())
            var rows = ChunkRows(records.store.connection, keys)
            let statement = try records.store.connection.prepare("SELECT num, seal FROM pack")
            while try statement.step() {
                let (number, seal) = (statement.int64(0), statement.bytes(1))
                tally.add(reader.frame.code(.pack, key: number.bigEndianBytes, seal: seal))
                ids.insert(try rows.openPack(number, seal).id)
            }
            guard tally == (try reader.state().bodies[VaultState.Body(.pack)] ?? VaultState.Tally())
            else { throw StoreError.damaged("packs: rows are missing, doubled or put back") }
            return ids
        }
    }
}
