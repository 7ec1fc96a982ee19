internal import CofferBundles
internal import CofferBytes
internal import CofferDisk
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferStore

extension BackupPrune {
    /// The bundles of a folder that this vault has signed.
    internal struct Signed {
        /// One that it knows.
        struct Own {
            let bundle: BundleReader
            let known: KnownBundle
        }

        /// What it knows, the oldest first, one of each.
        var own: [Own] = []
        /// What is of the same instant as one that it knows.
        var merged: [Own] = []
        /// What it does not know.
        var others: [BundleReader] = []
        /// What has an older keyring than it has written.
        var older: [BundleReader] = []
    }

    /// Something has gone, or become another, since it was looked up.
    internal struct Missing: Error {}

    /// Sorts what this vault has signed.
    ///
    /// - Throws: As reading the vault does.
    internal func signed(
        _ reader: RecordReader, _ chain: BundleChain, _ known: [KnownBundle]
    ) throws -> Signed {
        let signers = try VaultSigners(reader)
        let revisions = try KnownRevisions.all(reader, known)
        let byContent = Dictionary(known.map { ($0.content, $0) }) { $1 }
        let byInstant = Dictionary(known.map { (KnownBundle.Instant($0), $0) }) { $1 }
        var places: [[UInt8]: Int] = [:]
        var signed = Signed()
        for bundle in chain.bundles where signers.hasSigned(bundle) {
            let known = byContent[bundle.contentID]
            let isVouched = signers.vouches(for: bundle, as: known)
            let isNew = known == nil && !signers.isSpent(bundle)
            // What a compromised key has signed, and nobody else vouches for, is no copy of a
            // bundle of this vault, whatever it calls itself.
            if isVouched || isNew,
                bundle.keyring.revision < revisions[bundle.manifest.bundle] ?? 0
            {
                signed.older.append(bundle)
                continue
            }
            guard let facts = known, isVouched else {
                if isNew, let facts = byInstant[KnownBundle.Instant(bundle.manifest)] {
                    signed.merged.append(Signed.Own(bundle: bundle, known: facts))
                } else {
                    signed.others.append(bundle)
                }
                continue
            }
            let found = Signed.Own(bundle: bundle, known: facts)
            guard let place = places[bundle.contentID] else {
                places[bundle.contentID] = signed.own.count
                signed.own.append(found)
                continue
            }
            // Of copies the one under its own name counts.
            if DiskPath.name(of: bundle.path) == facts.name { signed.own[place] = found }
        }
        return signed
    }

    /// Decides what to do with a folder as it is now, every byte that shall stay read.
    ///
    /// - Throws: `DiskError` where the disk fails; as reading the vault does.
    internal func look(
        _ reader: RecordReader, _ folder: String, _ merging: PrunePlan.Merging,
        _ work: inout Work
    ) throws -> PrunePlan {
        while true {
            do { return try lookOnce(reader, folder, merging, &work) } catch is Missing {
                work.misses += 1
            }
        }
    }

    private func lookOnce(
        _ reader: RecordReader, _ folder: String, _ merging: PrunePlan.Merging,
        _ work: inout Work
    ) throws -> PrunePlan {
        let chain = try BundleChain(in: folder, on: disk)
        let known = try reader.knownBundles()
        let signed = try signed(reader, chain, known)
        let unreadable = try unreadable(chain, known)
        for bundle in signed.older {
            work.refuse(bundle.path, "its keyring is older than the newest one of this bundle")
        }
        var mine = signed.own.map(\.bundle)
        var others = Set((signed.others + signed.older).map(\.contentID))
        others.formUnion(unreadable.map(\.content))
        for one in signed.merged.map(\.bundle) {
            if work.proved.contains(one.contentID) {
                mine.append(one)
            } else {
                others.insert(one.contentID)
            }
        }
        if !work.proved.isEmpty { mine = chain.sorted(mine) }
        let lineage = BundleLineage(chain, known)
        while true {
            let good = mine.filter { work.bad[$0.contentID] == nil }
            let plan = PrunePlan(
                good, others: others.union(work.bad.keys), chain, lineage, policy, merging,
                refused: work.refused)
            var isSettled = true
            if !plan.removed.isEmpty {
                isSettled = try read(good, plan, &work)
                if isSettled, merging != .nothing {
                    isSettled = try canBeDone(plan, reader, &work)
                }
            }
            guard isSettled else { continue }
            work.leave(unreadable, among: mine)
            for bundle in plan.broken {
                guard let reason = lack(of: bundle, chain, known, work) else { continue }
                work.left.append((bundle.path, reason))
            }
            return plan
        }
    }

    /// The bundles of this vault whose files are there and cannot be read.
    ///
    /// - Throws: `DiskError` where the disk fails: it may be well again next time, and what lies on
    ///   it may continue anything.
    private func unreadable(
        _ chain: BundleChain, _ known: [KnownBundle]
    ) throws -> [Unreadable] {
        let byName = Dictionary(known.map { ($0.name, $0) }) { $1 }
        var found: [Unreadable] = []
        for item in chain.items {
            guard let error = item.error else { continue }
            if case .disk(let failure) = error {
                switch failure.kind {
                case .notFound: continue
                // It will be no other next time.
                case .permission, .notRegular: break
                default: throw failure
                }
            }
            guard let known = byName[DiskPath.name(of: item.path)] else { continue }
            found.append(
                Unreadable(path: item.path, content: known.content, reason: error.message))
        }
        return found
    }

    /// Reads what shall stay, as far as that was not done before.
    ///
    /// - Returns: Whether all of it is whole; if not, another plan is to be made.
    private func read(
        _ mine: [BundleReader], _ plan: PrunePlan, _ work: inout Work
    ) throws -> Bool {
        let merged = Set(plan.merges.flatMap(\.bundles).map(\.contentID))
        let gone = Set(plan.removed.map(\.contentID)).subtracting(merged)
        var isWhole = true
        for bundle in mine {
            let content = bundle.contentID
            guard !gone.contains(content), !work.whole.contains(content) else { continue }
            guard let damage = try damage(of: bundle, work) else {
                work.whole.insert(content)
                continue
            }
            work.bad[content] = damage
            isWhole = false
        }
        return isWhole
    }

    /// What is wrong with a bundle; nil where nothing is.
    private func damage(of bundle: BundleReader, _ work: Work) throws -> String? {
        do throws(BundleError) { try bundle.verifyMembers() } catch {
            if case .disk(let failure) = error {
                guard failure.kind == .notFound, work.misses < Self.missLimit else { throw failure }
                throw Missing()
            }
            // Another program may have written it anew meanwhile.
            let now = try? BundleReader(at: bundle.path, on: disk, isKeptOpen: false)
            if let now, now.sums != bundle.sums, work.misses < Self.missLimit { throw Missing() }
            return error.message
        }
        return nil
    }

    /// Whether the keys of what would be written anew can be opened; what cannot is refused.
    private func canBeDone(
        _ plan: PrunePlan, _ reader: RecordReader, _ work: inout Work
    ) throws -> Bool {
        let newest = plan.merges.map { $0.bundles[0] }
        let replaced = Set(newest.map(\.contentID)).union(plan.standIns.keys)
        let moved = plan.staying.filter { $0.manifest.parent.map(replaced.contains) ?? false }
        var canBeDone = true
        for bundle in newest + moved
        where !work.refused.contains(bundle.contentID) && !work.opened.contains(bundle.contentID) {
            guard let reason = try lock(of: bundle, reader.frame.keyring.root, work) else {
                work.opened.insert(bundle.contentID)
                continue
            }
            work.refuse(bundle.path, reason)
            work.refused.insert(bundle.contentID)
            // What it continues cannot have another in its place.
            if let parent = bundle.manifest.parent { work.refused.insert(parent) }
            canBeDone = false
        }
        return canBeDone
    }

    /// Why the keys of a bundle do not open; nil where they do.
    private func lock(
        of bundle: BundleReader, _ root: RootKey, _ work: Work
    ) throws -> String? {
        do { _ = try BundleTrust(bundle, root: root) } catch {
            var error = error
            if case BundleError.disk(let failure) = error {
                guard failure.kind == .notFound, work.misses < Self.missLimit else { throw failure }
                throw Missing()
            }
            if let failure = error as? BundleError {
                error = BackupVerify.explained(failure, bundle.path)
            }
            guard let reason = Self.reason(for: error) else { throw error }
            return reason
        }
        return nil
    }

    /// What a bundle needs and has not got.
    ///
    /// - Returns: Nil where it needs one that is named already, whose keyring is an older one.
    private func lack(
        of bundle: BundleReader, _ chain: BundleChain, _ known: [KnownBundle], _ work: Work
    ) -> String? {
        let missing: [UInt8]
        do throws(BackupError) {
            let needed = try chain.chain(of: bundle)
            guard let bad = needed.first(where: { work.bad[$0.contentID] != nil }) else {
                return nil
            }
            return "it needs \(DiskPath.name(of: bad.path)), which is damaged"
        } catch {
            guard case .brokenChain(_, let text) = error, let content = Hex.decode(text) else {
                return "it needs a bundle that is not in the folder"
            }
            missing = content
        }
        guard let one = known.first(where: { $0.content == missing }) else {
            return "it needs a bundle that is not in the folder"
        }
        let isThere = work.left.contains { DiskPath.name(of: $0.path) == one.name }
        return "it needs \(one.name), which \(isThere ? "cannot be read" : "is not in the folder")"
    }

    /// The bundles that were merged when the program ended before the vault could note it, as it
    /// shall remember them: those that hold what their newest one promises.
    ///
    /// - Throws: `DiskError`, `BundleError.disk` where the disk fails; as reading the vault does.
    internal func proved(_ folder: String, _ work: inout Work) throws -> [KnownBundle] {
        let root = try records.store.frame().keyring.root
        let chain = try BundleChain(in: folder, on: disk)
        let merged = try records.read { try signed($0, chain, try $0.knownBundles()).merged }
        var proved: [KnownBundle] = []
        for one in merged {
            do {
                let bundles = try chain.chain(of: one.bundle)
                try ChainProof.prove(
                    try VerifiedChain(bundles) { try BundleTrust($0, root: root) })
            } catch {
                switch error {
                case BundleError.disk(let failure) where failure.kind != .notFound: throw failure
                case KeysError.wrongSecret:
                    work.refuse(one.bundle.path, Self.reason(for: error) ?? "")
                default: work.refuse(one.bundle.path, "it is not what it was merged from")
                }
                continue
            }
            work.proved.insert(one.bundle.contentID)
            proved.append(one.known.standIn(one.bundle, in: folder, on: disk))
        }
        return proved
    }
}
