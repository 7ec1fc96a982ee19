internal import CofferBundles
internal import CofferBytes
internal import CofferFormat

/// Which bundles of a folder stay, which go, and which are written anew before others can go.
internal struct PrunePlan {
    /// What is merged so that it can go.
    enum Merging {
        /// Nothing: what others continue stays.
        case nothing
        /// What is worth it: a full bundle is only written where enough goes with the old one.
        case worthwhile
        /// Everything that nobody wants for its own sake.
        case everything
    }

    /// Bundles that become one.
    struct Merge {
        /// The bundles, the newest first: the one that stays, and those that go.
        let bundles: [BundleReader]
        /// What the new one continues; nil where it is a full one.
        let base: BundleReader?
    }

    /// Those that go, in the order in which they are removed: what continues another before it.
    private(set) var removed: [BundleReader] = []
    /// What is merged first, the oldest first.
    private(set) var merges: [Merge] = []
    /// How many stay for their own sake.
    private(set) var kept = 0
    /// How many stay because others continue them.
    private(set) var needed = 0
    /// Those that stay as they are.
    private(set) var staying: [BundleReader] = []
    /// The vault's own of which something is missing or damaged that they continue: they stay.
    private(set) var broken: [BundleReader] = []
    /// What holds the same as another bundle, by content id, and which one that is.
    private(set) var standIns: [[UInt8]: BundleReader] = [:]

    private let merging: Merging
    private let refused: Set<[UInt8]>
    private var chains: [[UInt8]: [BundleReader]] = [:]
    private var usable: [[UInt8]: BundleReader] = [:]
    /// What bundles continue that cannot be read, or that the vault does not know: neither removed
    /// nor merged.
    private var pinned: Set<[UInt8]> = []
    private var stays: Set<[UInt8]> = []

    /// Decides.
    ///
    /// - Parameters:
    ///   - mine: The vault's own, whole as far as anybody knows, the oldest first.
    ///   - others: Content ids of those that stay whatever becomes of them, with all that they
    ///     continue: those that cannot be read now, and those that the vault has signed, too, and
    ///     does not know or trust.
    ///   - lineage: What continues what.
    ///   - refused: Content ids of those that cannot be merged with what they continue.
    init(
        _ mine: [BundleReader], others: Set<[UInt8]>, _ chain: BundleChain,
        _ lineage: BundleLineage, _ policy: BackupPolicy, _ merging: Merging,
        refused: Set<[UInt8]> = []
    ) {
        self.merging = merging
        self.refused = refused
        let candidates = Set(mine.map(\.contentID))
        // What hangs on a bundle that is missing or damaged saves nobody as it is; but that one may
        // come back, or be read well again, and then needs what it continues.
        let usable = mine.filter { bundle in
            guard let ancestors = try? chain.chain(of: bundle),
                ancestors.allSatisfy({ candidates.contains($0.contentID) })
            else { return false }
            chains[bundle.contentID] = ancestors
            return true
        }
        self.usable = Dictionary(usable.map { ($0.contentID, $0) }) { $1 }
        broken = mine.filter { chains[$0.contentID] == nil }
        pinned = lineage.ancestors(of: others.union(broken.map(\.contentID)))
            .intersection(self.usable.keys)
        findStandIns(usable)
        let shown = usable.filter { standIns[$0.contentID] == nil }
        let own = policy.kept(shown.map(\.manifest.created)).sorted().map { shown[$0] }
        stays = pinned.union(own.map(\.contentID))
        kept = own.count
        for bundle in own { settle(bundle) }
        let merged = Set(merges.map { $0.bundles[0].contentID })
        needed = stays.count - kept
        staying = usable.filter {
            stays.contains($0.contentID) && !merged.contains($0.contentID)
        }
        removed = usable.reversed().filter {
            !stays.contains($0.contentID) || merged.contains($0.contentID)
        }
    }

    /// Of bundles of one instant the one that needs the fewest others stands for all, but for those
    /// that stay in any case.
    private mutating func findStandIns(_ usable: [BundleReader]) {
        var best: [KnownBundle.Instant: BundleReader] = [:]
        func rank(_ bundle: BundleReader) -> (Int, Int, String) {
            (
                pinned.contains(bundle.contentID) ? 0 : 1,
                chains[bundle.contentID]?.count ?? 0, Hex.encode(bundle.contentID)
            )
        }
        for bundle in usable {
            let instant = KnownBundle.Instant(bundle.manifest)
            if let other = best[instant], rank(other) < rank(bundle) { continue }
            best[instant] = bundle
        }
        for bundle in usable where !pinned.contains(bundle.contentID) {
            guard let other = best[KnownBundle.Instant(bundle.manifest)], other !== bundle else {
                continue
            }
            standIns[bundle.contentID] = other
        }
    }

    /// Says how a bundle can stay.
    private mutating func settle(_ bundle: BundleReader) {
        let ancestors = chains[bundle.contentID] ?? []
        guard merging != .nothing else {
            return stays.formUnion(ancestors.map(\.contentID))
        }
        while true {
            let (run, base) = run(before: bundle)
            guard let oldest = run.last else { return }
            if refused.contains(bundle.contentID) {
                // What stands in for another may do so for this one still.
                return stays.formUnion((run + ancestors).map(\.contentID))
            }
            if base == nil, merging == .worthwhile, !isWorthwhile([bundle] + run) {
                stays.insert(oldest.contentID)
                continue
            }
            // More at once than memory is given for are merged in several steps.
            let first = Self.first(of: (run.reversed() + [bundle]))
            guard first === bundle else {
                stays.insert(first.contentID)
                settle(first)
                continue
            }
            merges.append(Merge(bundles: [bundle] + run, base: base))
            return
        }
    }

    /// What a bundle continues that nobody wants, the newest first, and what that continues.
    private func run(before bundle: BundleReader) -> ([BundleReader], BundleReader?) {
        var run: [BundleReader] = []
        var next = parent(of: bundle)
        while let found = next, !stays.contains(found.contentID) {
            run.append(found)
            next = parent(of: found)
        }
        return (run, next)
    }

    private func parent(of bundle: BundleReader) -> BundleReader? {
        guard let found = chains[bundle.contentID]?.dropFirst().first else { return nil }
        // Of copies the one that the vault knows counts.
        return standIns[found.contentID] ?? usable[found.contentID] ?? found
    }

    /// A full bundle is written anew where at least this share of it goes for good.
    private static let leastShare: UInt64 = 4

    private func isWorthwhile(_ bundles: [BundleReader]) -> Bool {
        guard let full = bundles.last else { return false }
        let gain = bundles.dropLast().reduce(UInt64(0)) { $0 &+ $1.size }
        return gain >= full.size / Self.leastShare
    }

    /// How many bundles are merged at once.
    private static let mergeLimit = 64
    /// How much memory their streams may take together, in bytes.
    private static let memoryLimit: UInt64 = 96 << 20
    /// How much the stream of one takes at most: a segment and a batch.
    private static let streamSize: UInt64 = 6 << 20

    /// The newest of those that can be merged at once, the oldest being the first.
    private static func first(of bundles: [BundleReader]) -> BundleReader {
        var size: UInt64 = 0
        for (index, bundle) in bundles.enumerated() {
            size += min(bundle.size, streamSize)
            if index > 1, index >= mergeLimit || size > memoryLimit { return bundles[index - 1] }
        }
        return bundles[bundles.count - 1]
    }
}
