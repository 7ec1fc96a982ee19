package import CofferBytes
package import CofferFormat
package import CofferKeys
internal import CofferSQLite

extension Store {
    /// The rows that a vault's keys lie in, as they stand.
    package struct KeyRows: Sendable {
        /// A numbered row.
        package struct Row: Sendable {
            /// Its number.
            package let number: UInt32
            /// The person whose key it is; nil for other keys and for slots.
            package let who: Identifier?
            /// The sealed bytes.
            package let seal: [UInt8]

            /// Puts a row together.
            package init(number: UInt32, who: Identifier? = nil, seal: [UInt8]) {
                self.number = number
                self.who = who
                self.seal = seal
            }
        }

        /// The slots, ascending.
        package var slots: [Row] = []
        /// The sealed roster.
        package var roster: [UInt8] = []
        /// The keys that belong to no person, ascending.
        package var keys: [Row] = []
        /// The keys of persons, ascending.
        package var subjects: [Row] = []

        /// No rows.
        package init() {}
    }

    /// How much of the database under way is kept in memory, in KiB.
    private static let rebuildCache = 16_384

    /// The rows of this vault.
    ///
    /// - Throws: `SQLiteError`; `StoreError.damaged`.
    package func keyRows() throws -> KeyRows {
        var rows = KeyRows()
        rows.slots = try slots().map { KeyRows.Row(number: $0.number, seal: $0.seal) }
        guard let roster = try metaRow(2) else { throw StoreError.damaged("the list of slots") }
        rows.roster = roster
        let keys = try connection.prepare("SELECT num, who, seal FROM dkey ORDER BY num")
        while try keys.step() {
            guard let number = UInt32(exactly: keys.int64(0)) else {
                throw StoreError.damaged("a key's number")
            }
            if keys.isNull(1) {
                rows.keys.append(KeyRows.Row(number: number, seal: keys.bytes(2)))
            } else {
                let owner = keys.bytes(1)
                // What follows the person is the key's number again, where it is not active.
                guard let who = Identifier(Array(owner.prefix(Identifier.size))),
                    owner.count == Identifier.size
                        || owner == who.bytes + number.bigEndianBytes
                else { throw StoreError.damaged("key \(number)") }
                rows.subjects.append(KeyRows.Row(number: number, who: who, seal: keys.bytes(2)))
            }
        }
        return rows
    }

    /// Makes the database of a vault that has been there before, and lets `body` fill it.
    ///
    /// Its journal is in memory, nothing is synced and references are not followed: the caller
    /// throws it away unless a check of the whole finds nothing, and syncs it then. Afterwards it
    /// has a write-ahead log, like every vault.
    ///
    /// - Parameters:
    ///   - path: A directory that is there and empty.
    ///   - rows: The keys, as the bundle carries them.
    ///   - root: The root that they are sealed under.
    ///   - state: The state that the vault begins with; its sums must be empty.
    ///   - body: Writes everything else.
    /// - Throws: `SQLiteError`, `StoreError`, `KeysError`, and what `body` throws.
    package static func rebuild(
        in path: String, vault: Identifier, rows: KeyRows, root: RootKey, state: VaultState,
        environment: Environment, _ body: (Store, Transaction) throws -> Void
    ) throws {
        let connection = try Connection(path: path + "/" + databaseName, mode: .create)
        try connection.setPageSize(Int(VaultHeader.pageSize))
        try connection.setApplicationID(VaultHeader.applicationID)
        try connection.setUserVersion(Int32(VaultHeader.currentFormat))
        try connection.useJournalInMemory()
        try connection.leaveReferencesUnchecked()
        // What is written is not read again; the system keeps it as well as we could.
        try connection.setCacheSize(rebuildCache)
        let header = VaultHeader(vault: vault)
        let store = try Store(
            creating: path, connection: connection, header: header, environment: environment)
        try connection.write { _ in
            for entry in TableLayout.system {
                if let sql = entry.sql { try connection.execute(sql) }
            }
            var keyring = Keyring(vault: vault, root: root)
            for row in rows.keys {
                try keyring.add(number: row.number, who: nil, seal: row.seal)
            }
            let frame = try Frame(keyring: keyring, catalog: Catalog())
            let transaction = try Transaction(store: store, frame: frame, state: state)
            try store.insert("meta", 0, header.bytes)
            try store.insert("meta", 1, [0])
            try store.insert("meta", 2, rows.roster)
            transaction.enter(.roster, key: Int64(2).bigEndianBytes, seal: rows.roster)
            for row in rows.slots {
                try store.insert("slot", Int64(row.number), row.seal)
                transaction.enter(.slot, key: Int64(row.number).bigEndianBytes, seal: row.seal)
            }
            try transaction.insert(rows.keys + rows.subjects)
            store.verified = Verified(frame: frame, state: state, digest: [])
            store.isWriting = true
            defer { store.isWriting = false }
            try body(store, transaction)
            _ = try transaction.finish()
        }
        store.verified = nil
        try connection.useWriteAheadLog()
    }
}

extension Transaction {
    fileprivate func insert(_ rows: [Store.KeyRows.Row]) throws {
        let statement = try connection.prepare(
            "INSERT INTO dkey(num, who, seal) VALUES(?1, ?2, ?3)")
        for row in rows {
            statement.reset()
            statement.clearBindings()
            try statement.bind(Int64(row.number), at: 1)
            if row.who != nil {
                let key = try Keyring.open(
                    number: row.number, who: row.who, seal: row.seal, root: frame.keyring.root,
                    vault: vault)
                try statement.bind(blob: key.facts.who(number: row.number), at: 2)
            }
            try statement.bind(blob: row.seal, at: 3)
            _ = try statement.step()
            enter(
                row.who == nil ? .key : .subjectKey, key: Int64(row.number).bigEndianBytes,
                seal: row.seal)
        }
    }

    /// Takes in an audit entry as it stands, which must follow the one before.
    ///
    /// - Throws: `StoreError.damaged` where it does not; `SQLiteError`.
    package func restoreAudit(_ number: UInt64, seal: [UInt8]) throws {
        guard number == state.nextAudit else { throw StoreError.damaged("the audit log") }
        let statement = try connection.cached("INSERT INTO audit(num, seal) VALUES(?1, ?2)")
        try statement.bind(Int64(bitPattern: number), at: 1)
        try statement.bind(blob: seal, at: 2)
        _ = try statement.step()
        enter(.audit, key: number.bigEndianBytes, seal: seal)
        state.nextAudit += 1
        state.auditHead = AuditSeal.head(after: state.auditHead, seal: seal)
    }

    /// Takes in a tombstone under the number that it had.
    ///
    /// - Throws: `CryptoError`, `SQLiteError`.
    package func restore(_ tombstone: Tombstone, sequence: UInt64) throws {
        try insert(tombstone, sequence: sequence)
    }
}
