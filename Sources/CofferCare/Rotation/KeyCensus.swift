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
        /// Chunks of files.
        package fileprivate(set) var chunks: UInt64 = 0
        /// Packs of chunks.
        package fileprivate(set) var packs: UInt64 = 0
        /// Bundles of which the vault has taken note.
        package fileprivate(set) var bundles: UInt64 = 0
    }

    /// How many records, older versions and deletions, or chunks and packs, a rotation of each kind
    /// has to move.
    package private(set) var left: (data: UInt64, index: UInt64, chunks: UInt64) = (0, 0, 0)

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
    /// What opens under no key, or names one that is not there, counts for each that retires.
    ///
    /// - Throws: `SQLiteError`.
    /// - Complexity: linear in the number of rows; fields are read only while the key of blind
    ///   indexes is being changed.
    package mutating func run() throws -> [Count] {
        try takeKeys()
        for plan in try reader.allPlans() {
            let hasHistory = try reader.state().hasHistory(in: plan.number)
            for (key, rows) in try reader.countIndexes(plan, isHistory: false) {
                counts[key]?.records += rows
                if counts[key]?.facts.state == .retiring { left.index += rows }
            }
            guard hasHistory else { continue }
            for (key, rows) in try reader.countIndexes(plan, isHistory: true) {
                counts[key]?.versions += rows
                if counts[key]?.facts.state == .retiring { left.index += rows }
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
        left.data += try countUnnamed("SELECT seq, seal FROM tomb", .catalog) {
            SealContext.make("coffer/v1/tomb", $0.bytes, $1.bigEndianBytes)
        }
        try countUnnamed("SELECT num, seal FROM audit", .audit) { AuditSeal.context($0, $1) }
        try countNumbered("chunk", \.chunks)
        try countNumbered("pack", \.packs)
        try countBundles()
        return counts.values.sorted { $0.number < $1.number }
    }

    /// Each row of a chunk, and of a pack, begins with the number of its key; the table's name is one
    /// of ours.
    private mutating func countNumbered(
        _ table: String, _ place: WritableKeyPath<Count, UInt64>
    ) throws {
        let rows = try store.connection.prepare(
            "SELECT substr(seal, 1, 4), count(*) FROM \(table) GROUP BY 1")
        while try rows.step() {
            let number = rows.bytes(0).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let count = UInt64(clamping: rows.int64(1))
            guard counts[number] != nil else {
                note(count, place, [.chunk])
                continue
            }
            counts[number]?[keyPath: place] += count
            if counts[number]?.facts.state == .retiring { left.chunks += count }
        }
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
            // What is under the key of a person that does not open counts as what names none.
            guard let number = UInt32(exactly: rows.int64(0)),
                let key = try? Keyring.open(
                    number: number, column: rows.bytes(1), seal: rows.bytes(2), root: root,
                    vault: vault)
            else { continue }
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
            var isLeft = false
            for start in stride(from: 0, to: keys.count - 3, by: 4) {
                let number = keys[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                // A record that names nobody has nothing in the scope of persons.
                if number == 0, start > 0 { continue }
                guard counts[number] != nil else {
                    note(count, place, [.records, .subject])
                    continue
                }
                counts[number]?[keyPath: place] += count
                isLeft = isLeft || counts[number]?.facts.state == .retiring
            }
            if isLeft { left.data += count }
        }
    }

    /// Counts what is damaged for every key that retires and that it may be under, so that none
    /// goes because of it.
    private mutating func note(
        _ count: UInt64, _ place: WritableKeyPath<Count, UInt64>, _ purposes: Set<KeyRow.Purpose>
    ) {
        for (number, key) in counts
        where key.facts.state == .retiring && purposes.contains(key.facts.purpose) {
            counts[number]?[keyPath: place] += count
        }
    }

    /// Counts rows that do not name their key, by opening them.
    ///
    /// - Returns: How many are under keys that retire.
    @discardableResult
    private mutating func countUnnamed(
        _ select: String, _ purpose: Frame.Unnamed, _ context: (Identifier, UInt64) -> [UInt8]
    ) throws -> UInt64 {
        var left: UInt64 = 0
        let rows = try store.connection.prepare(select)
        while try rows.step() {
            let number = UInt64(bitPattern: rows.int64(0))
            guard
                let key = reader.frame.number(
                    ofKeyOpening: rows.bytes(1), purpose,
                    context: context(reader.frame.keyring.vault, number))
            else {
                note(1, \.entries, [.catalog])
                continue
            }
            counts[key]?.entries += 1
            if counts[key]?.facts.state == .retiring { left += 1 }
        }
        return left
    }

    private mutating func countBundles() throws {
        let keys = Dictionary(
            reader.frame.keyring.all.map { ($0.facts.id, $0.number) }, uniquingKeysWith: { $1 })
        for bundle in try reader.knownBundles() {
            if let number = keys[bundle.key] { counts[number]?.bundles += 1 }
        }
    }
}
