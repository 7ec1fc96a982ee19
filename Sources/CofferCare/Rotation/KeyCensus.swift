internal import CofferBytes
package import CofferFormat
internal import CofferKeys
package import CofferRecords
internal import CofferSQLite
package import CofferStore

/// Counts what is under each key: in the rows as they stand, nothing is remembered.
///
/// What names its keys is counted by its name, which the header of each record binds; what does
/// not is opened.
package struct KeyCensus {
    /// What is under one key.
    package struct Count: Sendable {
        /// The key's number.
        package let number: UInt32
        /// What the key says of itself.
        package let facts: KeyRow.Facts
        /// Records that have fields or indexes under it.
        package fileprivate(set) var records: UInt64 = 0
        /// Older versions that have fields or indexes under it.
        package fileprivate(set) var versions: UInt64 = 0
        /// Deletions, notes of older versions and entries of the audit log.
        package fileprivate(set) var entries: UInt64 = 0
        /// Bundles of which the vault has taken note.
        package fileprivate(set) var bundles: UInt64 = 0
    }

    private let reader: RecordReader
    private let store: Store
    private var counts: [UInt32: Count] = [:]

    /// Prepares to count in a snapshot.
    package init(_ reader: RecordReader, _ store: Store) {
        self.reader = reader
        self.store = store
    }

    /// Counts everything, in order of the keys' numbers.
    ///
    /// - Throws: `StoreError.damaged` for what opens under no key or names one that is not there;
    ///   `SQLiteError`.
    /// - Complexity: linear in the number of rows; fields are read only while the key of blind
    ///   indexes is being changed.
    package mutating func run() throws -> [Count] {
        try takeKeys()
        for plan in try reader.allPlans() {
            let hasHistory = try reader.state().hasHistory(in: plan.number)
            for (key, rows) in try reader.countIndexes(plan, isHistory: false) {
                counts[key]?.records += rows
            }
            guard hasHistory else { continue }
            for (key, rows) in try reader.countIndexes(plan, isHistory: true) {
                counts[key]?.versions += rows
            }
        }
        for definition in reader.frame.catalog.definitions {
            let number = definition.collection
            try countNamed("c_\(number)", \.records)
            guard try reader.state().hasHistory(in: number) else { continue }
            try countNamed("h_\(number)", \.versions)
            try countUnnamed("SELECT hid, note FROM h_\(number)", .catalog) {
                HistorySeal.context($0, number, $1)
            }
        }
        try countUnnamed("SELECT seq, seal FROM tomb", .catalog) {
            SealContext.make("coffer/v1/tomb", $0.bytes, $1.bigEndianBytes)
        }
        try countUnnamed("SELECT num, seal FROM audit", .audit) { AuditSeal.context($0, $1) }
        try countBundles()
        return counts.values.sorted { $0.number < $1.number }
    }

    private mutating func takeKeys() throws {
        let root = reader.frame.keyring.root
        let vault = reader.frame.keyring.vault
        for key in reader.frame.keyring.all {
            counts[key.number] = Count(number: key.number, facts: key.facts)
        }
        let rows = try store.connection.prepare(
            "SELECT num, who, seal FROM dkey WHERE who IS NOT NULL")
        while try rows.step() {
            guard let number = UInt32(exactly: rows.int64(0)) else {
                throw StoreError.damaged("a key's number")
            }
            let key = try Keyring.open(
                number: number, column: rows.bytes(1), seal: rows.bytes(2), root: root,
                vault: vault)
            counts[number] = Count(number: number, facts: key.facts)
        }
    }

    /// Counts rows by the keys that they name; the table's name is one of ours.
    private mutating func countNamed(
        _ table: String, _ place: WritableKeyPath<Count, UInt64>
    ) throws {
        let rows = try store.connection.prepare(
            "SELECT keys, count(*) FROM \(table) GROUP BY keys")
        while try rows.step() {
            let keys = rows.bytes(0)
            let count = UInt64(clamping: rows.int64(1))
            for start in stride(from: 0, to: keys.count - 3, by: 4) {
                let number = keys[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                // A record that names nobody has nothing in the scope of persons.
                if number == 0, start > 0 { continue }
                guard counts[number] != nil else { throw StoreError.damaged("\(table): a key") }
                counts[number]?[keyPath: place] += count
            }
        }
    }

    /// Counts rows that do not name their key, by opening them.
    private mutating func countUnnamed(
        _ select: String, _ purpose: Frame.Unnamed, _ context: (Identifier, UInt64) -> [UInt8]
    ) throws {
        let rows = try store.connection.prepare(select)
        while try rows.step() {
            let number = UInt64(bitPattern: rows.int64(0))
            guard
                let key = reader.frame.number(
                    ofKeyOpening: rows.bytes(1), purpose,
                    context: context(reader.frame.keyring.vault, number))
            else { throw StoreError.damaged("row \(number) opens under no key") }
            counts[key]?.entries += 1
        }
    }

    private mutating func countBundles() throws {
        let keys = Dictionary(
            reader.frame.keyring.all.map { ($0.facts.id, $0.number) }, uniquingKeysWith: { $1 })
        for bundle in try reader.knownBundles() {
            if let number = keys[bundle.key] { counts[number]?.bundles += 1 }
        }
    }
}
