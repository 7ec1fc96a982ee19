package import CofferBundles
internal import CofferBytes
package import CofferDisk
internal import CofferFormat
package import CofferRecords
internal import CofferStore

/// Removes the bundles of a vault that its policy does not keep, and breaks no chain.
package struct BackupPrune {
    /// What is removed, and what stays.
    package struct Plan: Sendable {
        /// Those that go, in the order in which they are removed: what continues another before
        /// it.
        package let removed: [BundleReader]
        /// How many stay for their own sake.
        package let kept: Int
        /// How many stay because others continue them.
        package let needed: Int
    }

    private let records: Records
    private let policy: BackupPolicy
    private let disk: any FileSystem

    /// Prepares one.
    package init(
        _ records: Records, _ policy: BackupPolicy, disk: any FileSystem = LocalFileSystem()
    ) {
        self.records = records
        self.policy = policy
        self.disk = disk
    }

    /// What would be removed of a folder.
    ///
    /// Only bundles that this vault has made and signed count, and one of each where a copy lies
    /// beside it; those of other vaults, copies and pieces are left alone. Before anything would
    /// go, everything that stays is read: what is damaged counts as gone, and is left alone, too.
    ///
    /// - Throws: `DiskError`; as reading the vault does.
    package func plan(_ folder: String) throws -> Plan {
        let (known, signer) = try records.read { reader in
            (
                Set(try reader.knownBundles().map(\.content)),
                try BundleTrust.signer(reader.frame.keyring)
            )
        }
        let chain = try BundleChain(in: folder, on: disk)
        var seen: Set<[UInt8]> = []
        var mine = chain.bundles.filter {
            known.contains($0.contentID) && $0.isSigned(by: signer)
                && seen.insert($0.contentID).inserted
        }
        var whole: Set<[UInt8]> = []
        while true {
            let plan = plan(mine, chain)
            guard !plan.removed.isEmpty else { return plan }
            let gone = Set(plan.removed.map(\.contentID))
            let damaged = mine.filter { bundle in
                guard !gone.contains(bundle.contentID), !whole.contains(bundle.contentID) else {
                    return false
                }
                guard (try? bundle.verifyMembers()) != nil else { return true }
                whole.insert(bundle.contentID)
                return false
            }
            if damaged.isEmpty { return plan }
            let bad = Set(damaged.map(\.contentID))
            mine.removeAll { bad.contains($0.contentID) }
        }
    }

    private func plan(_ mine: [BundleReader], _ chain: BundleChain) -> Plan {
        let candidates = Set(mine.map(\.contentID))
        // What hangs on a bundle that is missing or damaged saves nobody; it is left as it is.
        let usable = mine.filter { bundle in
            let ancestors = try? chain.chain(of: bundle)
            return ancestors?.allSatisfy { candidates.contains($0.contentID) } ?? false
        }
        let own = policy.kept(usable.map(\.manifest.created))
        var needed: Set<[UInt8]> = []
        for position in own {
            let ancestors = (try? chain.chain(of: usable[position])) ?? [usable[position]]
            for ancestor in ancestors { needed.insert(ancestor.contentID) }
        }
        let gone = usable.filter { !needed.contains($0.contentID) }
        return Plan(
            removed: gone.reversed(), kept: own.count, needed: needed.count - own.count)
    }

    /// Removes them, the newest first, so that whatever is interrupted leaves whole chains.
    ///
    /// - Throws: `DiskError`; as writing the vault does.
    package func run(_ plan: Plan) throws {
        guard !plan.removed.isEmpty else { return }
        for bundle in plan.removed {
            do throws(DiskError) { try disk.remove(bundle.path) } catch {
                guard error.kind == .notFound else { throw error }
            }
        }
        let gone = Set(plan.removed.map(\.manifest.bundle))
        try records.write { writer in
            writer.transaction.isSilent = true
            let plan = try KnownBundle.collection.plan(writer)
            for bundle in gone {
                guard let id = try? writer.reader.identify(bundle.description, in: plan) else {
                    continue
                }
                try writer.delete(id, in: plan)
            }
            try writer.transaction.audit(
                "backup-prune", [AuditEntry.Detail("bundles", "\(gone.count)")])
        }
    }
}
