package import CofferBytes
internal import CofferCrypto
package import CofferFormat
package import CofferKeys
internal import CofferSQLite

extension Store {
    /// A row of `slot`.
    package struct SlotEntry: Sendable {
        /// The row's number.
        package let number: UInt32
        /// The row's bytes.
        package let seal: [UInt8]
    }

    /// The rows of `slot`, within the limits that hold before any trust.
    ///
    /// - Throws: `StoreError.damaged` for too many or too large slots.
    package func slots() throws -> [SlotEntry] {
        var entries: [SlotEntry] = []
        let statement = try connection.prepare("SELECT num, seal FROM slot ORDER BY num")
        while try statement.step() {
            guard let number = UInt32(exactly: statement.int64(0)),
                entries.count < SlotRow.countLimit
            else { throw StoreError.damaged("the slots: too many") }
            let seal = statement.bytes(1)
            guard seal.count <= SlotRow.sizeLimit else {
                throw StoreError.damaged("slot \(number)")
            }
            entries.append(SlotEntry(number: number, seal: seal))
        }
        return entries
    }

    /// Unlocks the store with a root key and verifies roster, keys, state, frame sum, catalog and
    /// database schema.
    ///
    /// - Parameters:
    ///   - root: The root key that a slot gave.
    ///   - authKey: The auth key of that slot, which the roster must list.
    ///   - number: The slot's number.
    /// - Throws: `KeysError.wrongSecret` when the root is not this vault's; `StoreError.damaged`
    ///   when something does not verify; `StoreError.older` when this copy is older than what is
    ///   remembered and the environment does not allow that.
    package func unlock(
        root: RootKey, authKey: borrowing SecretBytes, number: UInt32
    ) throws {
        let isListed = try openRoster(root).lists(authKey: authKey, forNumber: number)
        guard isListed else { throw StoreError.damaged("slot \(number)") }
        try unlock(root: root)
    }

    /// Unlocks the store with a root key that was kept since an earlier unlock.
    ///
    /// - Throws: As ``unlock(root:authKey:number:)``.
    package func unlock(root: RootKey) throws {
        try connection.read { _ in
            verified = try verify(root)
        }
        try compareWithMemory()
    }

    /// The roster, opened and compared with the slots.
    package func openRoster(_ root: RootKey) throws -> Roster {
        guard let sealed = try metaRow(2) else { throw StoreError.damaged("the list of slots") }
        let roster = try RosterSeal.open(sealed, root: root, vault: header.vault)
        let rows = try slots().map { (number: $0.number, seal: $0.seal) }
        do {
            try RosterSeal.check(roster, against: rows, root: root)
        } catch { throw Self.asDamage(error) }
        return roster
    }

    /// Opens keys, state and catalog under `root`, and compares the frame sum and the schema.
    internal func verify(_ root: RootKey) throws -> Verified {
        try checkFrameRows()
        _ = try openRoster(root)
        let frame = try openFrame(root)
        guard let row = try metaRow(1) else { throw StoreError.damaged("the state") }
        let state = try StateSeal.open(row, frame: frame)
        guard try frameSum(frame) == state.frame else {
            throw StoreError.damaged(
                "slots, keys or definitions: a row was added, removed or put back")
        }
        guard frame.catalog.fits(state) else {
            throw StoreError.damaged("the state counts other collections than there are")
        }
        try SchemaFingerprint.check(connection, against: frame.catalog, state: state)
        return Verified(
            frame: frame, state: state, digest: Array(row.prefix(StateSeal.digestSize)))
    }

    /// Says of damaged keys that the vault is damaged; leaves every other error as it is.
    private static func asDamage(_ error: any Error) -> any Error {
        guard let error = error as? KeysError, case .damaged(let part) = error else {
            return error
        }
        return StoreError.damaged(part)
    }

    /// Refuses what no seal and no sum tells: further rows of `meta`, and the same bytes under
    /// another type, which SQLite keeps apart when it looks something up.
    private func checkFrameRows() throws {
        let conditions = [
            "meta WHERE num NOT IN (0, 1, 2) OR typeof(seal) <> 'blob'",
            "slot WHERE typeof(seal) <> 'blob'",
            "dkey WHERE who IS NULL AND typeof(seal) <> 'blob'",
            "cat WHERE typeof(num) <> 'integer' OR typeof(ver) <> 'integer' "
                + "OR typeof(seal) <> 'blob'",
        ]
        for condition in conditions {
            let row = try connection.prepare("SELECT 1 FROM \(condition) LIMIT 1")
            if try row.step() {
                throw StoreError.damaged("\(condition.prefix { $0 != " " }): an unexpected row")
            }
        }
    }

    /// A row of `meta`.
    internal func metaRow(_ number: Int64) throws -> [UInt8]? {
        try Self.metaRow(number, connection)
    }

    /// A row of `meta` as another connection sees it.
    internal static func metaRow(_ number: Int64, _ connection: Connection) throws -> [UInt8]? {
        let statement = try connection.cached("SELECT seal FROM meta WHERE num = ?1")
        try statement.bind(number, at: 1)
        return try statement.step() ? statement.bytes(0) : nil
    }

    private func openFrame(_ root: RootKey) throws -> Frame {
        var keyring = Keyring(vault: header.vault, root: root)
        let keys = try connection.prepare(
            "SELECT num, seal FROM dkey WHERE who IS NULL ORDER BY num")
        do {
            while try keys.step() {
                guard let number = UInt32(exactly: keys.int64(0)) else {
                    throw StoreError.damaged("a key's number")
                }
                try keyring.add(number: number, who: nil, seal: keys.bytes(1))
            }
        } catch { throw Self.asDamage(error) }
        let bare: Frame
        do {
            bare = try Frame(keyring: keyring, catalog: Catalog())
        } catch { throw Self.asDamage(error) }
        return try bare.with(openCatalog(bare))
    }

    private func openCatalog(_ frame: Frame) throws -> Catalog {
        var catalog = Catalog()
        let rows = try connection.prepare("SELECT num, ver, seal FROM cat ORDER BY num, ver")
        while try rows.step() {
            guard let number = UInt32(exactly: rows.int64(0)),
                let version = UInt32(exactly: rows.int64(1))
            else { throw StoreError.damaged("the catalog") }
            let context = CatalogSeal.context(header.vault, number, version)
            guard
                let bytes = try? Cobblestone.open(
                    rows.bytes(2), under: frame.catalogKey, context: context),
                let definition = try? Definition(parsing: bytes),
                definition.collection == number, definition.version == version
            else { throw StoreError.damaged("the definition of collection \(number)") }
            try catalog.put(definition)
        }
        return catalog
    }

    private func frameSum(_ frame: Frame) throws -> Sum256 {
        var sum = Sum256()
        for slot in try slots() {
            sum.add(
                frame.code(.slot, key: Int64(slot.number).bigEndianBytes, seal: slot.seal).span)
        }
        if let roster = try metaRow(2) {
            sum.add(frame.code(.roster, key: Int64(2).bigEndianBytes, seal: roster).span)
        }
        let keys = try connection.prepare("SELECT num, seal FROM dkey WHERE who IS NULL")
        while try keys.step() {
            let key = keys.int64(0).bigEndianBytes
            sum.add(frame.code(.key, key: key, seal: keys.bytes(1)).span)
        }
        let rows = try connection.prepare("SELECT num, ver, seal FROM cat")
        while try rows.step() {
            let key = rows.int64(0).bigEndianBytes + rows.int64(1).bigEndianBytes
            sum.add(frame.code(.catalog, key: key, seal: rows.bytes(2)).span)
        }
        return sum
    }
}

extension Store {
    /// Verifies slots, keys, state, catalog and schema again, inside the snapshot that is open.
    ///
    /// - Throws: `StoreError.damaged`, `KeysError.wrongSecret`.
    package func verifyAgain() throws {
        guard let verified else { throw StoreError.locked }
        _ = try verify(verified.frame.keyring.root)
    }
}
