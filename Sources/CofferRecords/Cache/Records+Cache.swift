internal import CofferStore

extension Records {
    /// What the records kept for later have come to.
    package struct CacheCounts: Sendable {
        /// How often a record was there.
        package internal(set) var hits: UInt64 = 0
        /// How often it had to be opened.
        package internal(set) var misses: UInt64 = 0
        /// How many there are.
        package internal(set) var records = 0
        /// What they take, in bytes.
        package internal(set) var bytes = 0
    }

    /// The record that `text` names in a collection, by its own key or a UUID, as it is now.
    ///
    /// A record that was opened before is given again as long as the vault's state, which is read
    /// each time, says that it was not changed.
    ///
    /// - Returns: nil when there is none.
    /// - Throws: `RecordsError.noCollection`, `RecordsError.damaged`,
    ///   `StoreError.changedUnderneath`.
    package func get(_ text: String, in collection: String) throws -> Record? {
        try store.checkPlace()
        if let record = try find(text, in: collection) { return record }
        return try read { reader in
            try cache.follow(reader)
            let plan = try reader.plan(named: collection)
            return try cache.find(text, in: plan) ?? open(text, in: plan, reader)
        }
    }

    /// A record that is here, or in the vault, while both are in the state that the last
    /// transaction saw; nil for any that takes a transaction to find.
    private func find(_ text: String, in collection: String) throws -> Record? {
        guard let reader = currentReader, try cache.isUpToDate(with: reader) else { return nil }
        let plan = try reader.plan(named: collection)
        if cache.has(text, in: plan) {
            return try store.isUnchanged() ? cache.find(text, in: plan) : nil
        }
        return try open(text, in: plan, reader)
    }

    /// Opens a record and keeps it.
    private func open(
        _ text: String, in plan: CollectionPlan, _ reader: RecordReader
    ) throws -> Record? {
        var plaintexts = OpenedPlaintexts()
        let candidates = reader.candidates(text, in: plan)
        for (index, id) in candidates.enumerated() {
            guard let record = try reader.getAtOnce(id, in: plan, &plaintexts, cache.isOn) else {
                continue
            }
            if cache.isOn {
                let passed = candidates[..<index]
                cache.keep(record, moving: &plaintexts, as: text, past: passed, in: plan)
            }
            return record
        }
        return nil
    }

    /// How often records were there, and what they take.
    package var cacheCounts: CacheCounts { cache.counts }

    /// Bounds what the records kept for later may take, in bytes; 0 keeps none.
    package func limitCache(to bytes: Int) {
        cache = RecordCache(limit: bytes, after: cache.counts)
    }
}
