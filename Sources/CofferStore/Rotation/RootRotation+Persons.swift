internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferSQLite

extension RootRotation {
    /// What the state said of a table and is not so, under the key of before.
    struct Gap {
        private let promised: VaultState.Tally
        private let found: VaultState.Tally

        init(_ promised: VaultState.Tally, _ found: VaultState.Tally) {
            (self.promised, self.found) = (promised, found)
        }

        /// What the state says under the new key of rows that are there: it goes on differing by as
        /// much, and whatever is put back does not make it right.
        func carried(by new: VaultState.Tally?) -> VaultState.Tally {
            var carried = new ?? VaultState.Tally()
            carried.rows = carried.rows &+ promised.rows &- found.rows
            carried.sum.add(promised.sum)
            carried.sum.subtract(found.sum)
            return carried
        }
    }

    /// The keys of persons, as they are now.
    struct Persons {
        var rows: [Row] = []
        var made = 0
        /// By how much they differ from what the state said of them; nil where they do not.
        var gap: Gap?
    }

    /// Seals the keys of persons under the new root, and makes each person a new active one.
    func renewPersons(_ state: inout VaultState, oldFrame: Frame) throws -> Persons {
        let body = VaultState.Body(.subjectKey)
        var found: [(number: Int64, who: [UInt8], seal: [UInt8])] = []
        var tally = VaultState.Tally()
        do {
            let rows = try store.connection.prepare(
                "SELECT num, who, seal FROM dkey WHERE who IS NOT NULL ORDER BY num")
            while try rows.step() {
                let seal = rows.bytes(2)
                tally.add(
                    oldFrame.code(.subjectKey, key: rows.int64(0).bigEndianBytes, seal: seal))
                found.append((rows.int64(0), rows.bytes(1), seal))
            }
        }
        var persons = Persons()
        let promised = state.bodies[body] ?? VaultState.Tally()
        if tally != promised {
            guard skipsDamaged else {
                throw StoreError.damaged("persons' keys: some are missing, or were put back")
            }
            persons.gap = Gap(promised, tally)
        }
        state.bodies[body] = VaultState.Tally()
        let update = try store.connection.prepare(
            "UPDATE dkey SET seal = ?2, who = ?3 WHERE num = ?1")
        let insert = try store.connection.prepare(
            "INSERT INTO dkey(num, seal, who) VALUES(?1, ?2, ?3)")
        for (number, who, seal) in found {
            guard let key = try personKey(number, who, seal, oldFrame) else {
                persons.rows.append(Row(number: number, seal: seal))
                continue
            }
            let isActive = key.facts.state == .active
            let turned: KeyRow.State = isActive ? .retiring : key.facts.state
            let kept = try Keyring.seal(
                key, turning: turned, root: root, vault: vault, randomness: randomness)
            update.reset()
            try update.bind(blob: key.facts.turning(turned).who(number: key.number), at: 3)
            try Self.write(update, number, kept)
            persons.rows.append(Row(number: number, seal: kept))
            guard isActive, let subject = key.facts.subject else { continue }
            let next = try Self.nextKey(&state)
            let fresh = try Keyring.make(
                number: next, purpose: .subject, subject: subject, created: now, root: root,
                vault: vault, randomness: randomness)
            insert.reset()
            try insert.bind(blob: subject.bytes, at: 3)
            try Self.write(insert, Int64(next), fresh)
            persons.rows.append(Row(number: Int64(next), seal: fresh))
            persons.made += 1
        }
        return persons
    }

    /// Opens the key of a person; nil where it does not open and is passed over.
    private func personKey(
        _ number: Int64, _ who: [UInt8], _ seal: [UInt8], _ oldFrame: Frame
    ) throws -> Keyring.Key? {
        do {
            guard let number = UInt32(exactly: number) else {
                throw KeysError.damaged("a key's number")
            }
            return try Keyring.open(
                number: number, column: who, seal: seal, root: oldFrame.keyring.root, vault: vault)
        } catch KeysError.damaged(let what) {
            guard skipsDamaged else { throw KeysError.damaged(what) }
            return nil
        }
    }
}
