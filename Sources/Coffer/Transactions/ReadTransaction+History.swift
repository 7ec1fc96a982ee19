internal import CofferFormat
internal import CofferRecords
internal import CofferStore

extension ReadTransaction {
    /// The versions of a record that are kept, the newest first; also of a deleted one.
    ///
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/noRecord`` when no version is
    ///   there, ``VaultError/Code/damaged``.
    /// - Complexity: O(log n) for each version.
    public final func history(
        _ collection: String, _ name: String
    ) throws(VaultError) -> [Vault.Version] {
        try reading { reader in
            let plan = try reader.plan(named: collection)
            for id in reader.candidates(name, in: plan) {
                var versions: [Vault.Version] = []
                if let now = try reader.get(id, in: plan) {
                    versions.append(
                        Vault.Version(document: Document(now), fate: .current, ended: nil))
                }
                versions += try reader.history(of: id, in: plan).map { old in
                    Vault.Version(
                        document: Document(old.record),
                        fate: old.note.reason == .deleted ? .deleted : .replaced,
                        ended: old.note.time)
                }
                if !versions.isEmpty { return versions }
            }
            throw RecordsError.noRecord(collection: collection)
        }
    }

    /// The deleted records that can be put back, by collection, the last deleted first.
    ///
    /// - Parameter collection: One collection; nil for all.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/damaged``.
    /// - Complexity: Reads the whole history.
    public final func trash(_ collection: String? = nil) throws(VaultError) -> [Vault.Trashed] {
        try reading { reader in
            let plans = try collection.map { [try reader.plan(named: $0)] } ?? reader.plans()
            return try plans.flatMap { plan in
                try reader.trash(plan).reversed().map {
                    Vault.Trashed(
                        collection: plan.name, document: Document($0.record),
                        deleted: $0.note.time)
                }
            }
        }
    }

    /// How long older versions are kept.
    public final func historyPolicy() throws(VaultError) -> Vault.HistoryPolicy {
        try reading { reader in
            let policy = try reader.state().historyPolicy
            return Vault.HistoryPolicy(days: Int(policy.days), versions: Int(policy.versions))
        }
    }
}
