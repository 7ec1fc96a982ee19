internal import CofferBytes
internal import CofferCrypto
package import CofferFormat
internal import CofferKeys
internal import CofferSQLite

extension Transaction {
    /// A row of `dkey`.
    private struct Row {
        let number: UInt32
        let who: [UInt8]
        let seal: [UInt8]
    }

    /// Makes a new active key for each that there is for some purposes, such as one for every
    /// person; the ones of before retire.
    ///
    /// - Parameter skips: Whether the key of a person that does not open is passed over, and stays.
    /// - Throws: `StoreError.damaged`, `StoreError.exhausted`, `KeysError`, `SQLiteError`.
    package func renewKeys(for purposes: Set<KeyRow.Purpose>, skips: Bool = false) throws {
        for row in try keyRows() {
            let key: Keyring.Key
            do throws(KeysError) { key = try open(row) } catch {
                guard skips, !row.who.isEmpty, case .damaged = error else { throw error }
                continue
            }
            guard key.facts.state == .active, purposes.contains(key.facts.purpose) else {
                continue
            }
            try turn(key, row, .retiring)
            let number = state.nextKey
            guard number < .max else { throw StoreError.exhausted("keys") }
            state.nextKey += 1
            let seal = try Keyring.make(
                number: number, purpose: key.facts.purpose, subject: key.facts.subject,
                created: now, root: frame.keyring.root, vault: vault, randomness: randomness)
            try insert(Row(number: number, who: key.facts.subject?.bytes ?? [], seal: seal))
        }
        try reloadKeys()
    }

    /// Lets the retiring keys for some purposes go, which nothing is under any more.
    ///
    /// - Parameter isArchiving: Whether persons' keys stay for the bundles that they are in.
    /// - Throws: As ``renewKeys(for:)``.
    package func dropRetiringKeys(
        for purposes: Set<KeyRow.Purpose>, isArchiving: Bool
    ) throws {
        for row in try keyRows() {
            let key = try open(row)
            guard key.facts.state == .retiring, purposes.contains(key.facts.purpose) else {
                continue
            }
            if key.facts.purpose == .subject, isArchiving {
                try turn(key, row, .archived)
            } else {
                try delete(row)
            }
        }
        try reloadKeys()
    }

    private func keyRows() throws -> [Row] {
        var found: [Row] = []
        let rows = try connection.prepare("SELECT num, who, seal FROM dkey ORDER BY num")
        while try rows.step() {
            guard let number = UInt32(exactly: rows.int64(0)) else {
                // Nobody's key was never made so; a check has named it as one of a person.
                guard rows.isNull(1) else { continue }
                throw StoreError.damaged("a key's number")
            }
            found.append(Row(number: number, who: rows.bytes(1), seal: rows.bytes(2)))
        }
        return found
    }

    private func open(_ row: Row) throws(KeysError) -> Keyring.Key {
        try Keyring.open(
            number: row.number, column: row.who, seal: row.seal, root: frame.keyring.root,
            vault: vault)
    }

    private func turn(_ key: Keyring.Key, _ row: Row, _ state: KeyRow.State) throws {
        let seal = try Keyring.seal(
            key, turning: state, root: frame.keyring.root, vault: vault, randomness: randomness)
        try delete(row)
        try insert(
            Row(
                number: row.number, who: key.facts.turning(state).who(number: row.number),
                seal: seal))
    }

    private func delete(_ row: Row) throws {
        let statement = try connection.cached("DELETE FROM dkey WHERE num = ?1")
        try statement.bind(Int64(row.number), at: 1)
        _ = try statement.step()
        leave(table(row), key: Int64(row.number).bigEndianBytes, seal: row.seal)
    }

    private func insert(_ row: Row) throws {
        let statement = try connection.cached(
            "INSERT INTO dkey(num, who, seal) VALUES(?1, ?2, ?3)")
        try statement.bind(Int64(row.number), at: 1)
        if !row.who.isEmpty { try statement.bind(blob: row.who, at: 2) }
        try statement.bind(blob: row.seal, at: 3)
        _ = try statement.step()
        enter(table(row), key: Int64(row.number).bigEndianBytes, seal: row.seal)
    }

    private func table(_ row: Row) -> RowTable { row.who.isEmpty ? .key : .subjectKey }

    private func reloadKeys() throws {
        var keyring = Keyring(vault: vault, root: frame.keyring.root)
        for row in try keyRows() where row.who.isEmpty {
            try keyring.add(number: row.number, who: nil, seal: row.seal)
        }
        frame = try Frame(keyring: keyring, catalog: frame.catalog)
    }
}
