package import CofferBytes
internal import CofferCrypto
internal import CofferFormat
package import CofferKeys
internal import CofferSQLite

extension Store {
    /// The purposes for which a new vault gets a key.
    private static let firstPurposes: [KeyRow.Purpose] = [
        .records, .naming, .index, .catalog, .state, .audit, .signing,
    ]

    /// Writes a new vault's database into the empty directory `path` and closes it.
    ///
    /// - Parameters:
    ///   - password: The password slot, the first.
    ///   - recovery: The recovery slot; nil for none.
    /// - Throws: `SQLiteError`, `KeysError` and `CryptoError`; what is in the directory is then
    ///   worthless.
    package static func create(
        in path: String, vault: Identifier, root: RootKey, password: borrowing NewSlot,
        recovery: borrowing NewSlot?, environment: Environment
    ) throws {
        let connection = try Connection(path: path + "/" + databaseName, mode: .create)
        try connection.setPageSize(Int(VaultHeader.pageSize))
        try connection.setApplicationID(VaultHeader.applicationID)
        try connection.setUserVersion(Int32(VaultHeader.currentFormat))
        try connection.useWriteAheadLog()
        let header = VaultHeader(vault: vault)
        let randomness = environment.randomness
        let store = try Store(
            creating: path, connection: connection, header: header, environment: environment)
        try connection.write { _ in
            for entry in TableLayout.system {
                if let sql = entry.sql { try connection.execute(sql) }
            }
            var state = VaultState(instance: try randomness.identifier())
            let keys = try makeKeys(
                root: root, vault: vault, state: &state, environment: environment)
            var keyring = Keyring(vault: vault, root: root)
            for (number, seal) in keys { try keyring.add(number: number, who: nil, seal: seal) }
            let transaction = try Transaction(
                store: store, frame: try Frame(keyring: keyring, catalog: Catalog()),
                state: state)
            try store.insertMeta(0, header.bytes)
            try store.insertMeta(1, [0])
            for (number, seal) in keys {
                try store.insert("dkey", Int64(number), seal)
                transaction.enter(.key, key: Int64(number).bigEndianBytes, seal: seal)
            }
            var roster = Roster()
            _ = try transaction.addSlot(password, to: &roster)
            if recovery != nil { try transaction.addRecovery(recovery, to: &roster) }
            let sealed = try RosterSeal.seal(
                roster, root: root, vault: vault, randomness: randomness)
            try store.insertMeta(2, sealed)
            transaction.enter(.roster, key: Int64(2).bigEndianBytes, seal: sealed)
            try transaction.audit("init")
            _ = try transaction.finish()
        }
        _ = try connection.checkpoint(.truncate)
    }

    private static func makeKeys(
        root: RootKey, vault: Identifier, state: inout VaultState, environment: Environment
    ) throws -> [(UInt32, [UInt8])] {
        var keys: [(UInt32, [UInt8])] = []
        for purpose in firstPurposes {
            let seal = try Keyring.make(
                number: state.nextKey, purpose: purpose, subject: nil,
                created: environment.now(), root: root, vault: vault,
                randomness: environment.randomness)
            keys.append((state.nextKey, seal))
            state.nextKey += 1
        }
        return keys
    }

    private func insertMeta(_ number: Int64, _ seal: [UInt8]) throws {
        try insert("meta", number, seal)
    }

    /// Inserts a row of a system table, whose name is one of ours.
    internal func insert(_ table: String, _ number: Int64, _ seal: [UInt8]) throws {
        let statement = try connection.prepare("INSERT INTO \(table)(num, seal) VALUES(?1, ?2)")
        try statement.bind(number, at: 1)
        try statement.bind(blob: seal, at: 2)
        _ = try statement.step()
    }
}

extension Transaction {
    fileprivate func addRecovery(
        _ slot: borrowing Store.NewSlot?, to roster: inout Roster
    ) throws {
        switch slot {
        case .some(let slot): _ = try addSlot(slot, to: &roster)
        case .none: break
        }
    }
}
