package import CofferBundles
package import CofferBytes
package import CofferDisk
internal import CofferFormat

/// The bundles of a folder, and how they continue each other.
package struct BundleChain: Sendable {
    /// A file of the folder that is a bundle, or should be one.
    package struct Item: Sendable {
        /// Its path.
        package let path: String
        /// The bundle, its header read but nothing verified; nil where it cannot be read.
        package let bundle: BundleReader?
        /// Why it cannot be read.
        internal let error: BundleError?
        /// Why it cannot be read, in words.
        package var problem: String? { error?.message }
        /// What its name says that it is.
        package let kind: BundleName.Kind
        /// How many bytes it has.
        package let size: UInt64
    }

    /// Everything in the folder whose name is that of a bundle, or of a piece or copy of one.
    package let items: [Item]
    /// The bundles that can be read, by what another names as its parent.
    private let byContent: [[UInt8]: [BundleReader]]
    /// Those from which a full bundle is reached.
    private let complete: Set<ObjectIdentifier>

    /// Reads the headers of the bundles in a folder, or of one bundle with those beside it.
    ///
    /// - Throws: `DiskError`.
    package init(in folder: String, on disk: any FileSystem = LocalFileSystem()) throws {
        let items = try BundleFolder.entries(in: folder, on: disk).sorted { $0.name < $1.name }.map
        {
            entry in
            let path = DiskPath.join(folder, entry.name)
            guard entry.kind == .bundle else {
                return Item(
                    path: path, bundle: nil, error: nil, kind: entry.kind, size: entry.size)
            }
            do throws(BundleError) {
                return Item(
                    path: path, bundle: try BundleReader(at: path, on: disk, isKeptOpen: false),
                    error: nil, kind: .bundle, size: entry.size)
            } catch {
                return Item(
                    path: path, bundle: nil, error: error, kind: .bundle, size: entry.size)
            }
        }
        self.items = items
        let bundles = items.compactMap(\.bundle)
        byContent = Dictionary(grouping: bundles, by: \.contentID)
        complete = Self.complete(bundles)
    }

    /// A copy from before a bundle was made to continue another has its content id, and what it
    /// continues may be gone: only some of a content id are of use.
    private static func complete(_ bundles: [BundleReader]) -> Set<ObjectIdentifier> {
        let children = Dictionary(grouping: bundles) { $0.manifest.parent ?? [] }
        var found: Set<ObjectIdentifier> = []
        var next = bundles.filter { $0.manifest.kind == .full }
        while let bundle = next.popLast() {
            guard found.insert(ObjectIdentifier(bundle)).inserted else { continue }
            next += (children[bundle.contentID] ?? []).filter { isParent(bundle, of: $0) }
        }
        return found
    }

    private static func isParent(_ parent: BundleReader, of bundle: BundleReader) -> Bool {
        parent.manifest.vault == bundle.manifest.vault
            && parent.manifest.sequence == bundle.manifest.after
    }

    /// The bundles that can be read, oldest first: by instance, epoch, generation.
    package var bundles: [BundleReader] {
        sorted(items.compactMap(\.bundle))
    }

    /// Bundles in the order in which a vault has made them.
    internal func sorted(_ bundles: [BundleReader]) -> [BundleReader] {
        bundles.sorted { Self.order($0) < Self.order($1) }
    }

    private static func order(_ bundle: BundleReader) -> (UInt64, UInt64, Int64, Identifier) {
        let manifest = bundle.manifest
        return (manifest.epoch, manifest.generation, manifest.created, manifest.bundle)
    }

    /// A bundle and everything that it continues, the newest first.
    ///
    /// - Throws: `BackupError.brokenChain` where a bundle is not in the folder.
    package func chain(of newest: BundleReader) throws(BackupError) -> [BundleReader] {
        var chain = [newest]
        var last = newest
        while let parent = last.manifest.parent, chain.count <= byContent.count {
            let fitting = (byContent[parent] ?? []).filter { Self.isParent($0, of: last) }
            guard
                let next = fitting.first(where: { complete.contains(ObjectIdentifier($0)) })
                    ?? fitting.first
            else { throw .brokenChain(path: last.path, missing: Hex.encode(parent)) }
            last = next
            chain.append(next)
        }
        guard chain.last?.manifest.kind == .full else {
            throw .brokenChain(path: newest.path, missing: "its full bundle")
        }
        return chain
    }

    /// The complete chains of a folder, the best first: those of the instance that made the last
    /// bundle, from its newest bundle back, then those of other instances.
    ///
    /// What a bundle says of its instance and time is not verified here; whoever restores tries
    /// them in turn.
    ///
    /// - Parameters:
    ///   - vault: Whose bundles; nil where the folder holds those of one vault only.
    ///   - time: Only bundles that were made until then, in milliseconds since 1970.
    /// - Returns: One chain at least, each with its newest bundle first.
    /// - Throws: `BackupError.noBundle`, `.severalVaults`, `.brokenChain`.
    package func candidates(
        of vault: Identifier?, until time: Int64? = nil, folder: String
    ) throws(BackupError) -> [[BundleReader]] {
        let mine = bundles.filter { bundle in
            (vault == nil || bundle.manifest.vault == vault)
                && (time.map { bundle.manifest.created <= $0 } ?? true)
        }
        let vaults = Set(mine.map(\.manifest.vault))
        guard vaults.count < 2 else {
            throw .severalVaults(vaults.sorted().map(\.description))
        }
        guard let last = mine.max(by: { $0.manifest.created < $1.manifest.created }) else {
            throw .noBundle(path: folder)
        }
        var chains: [[BundleReader]] = []
        var failure: BackupError?
        let others = mine.filter { $0.manifest.instance != last.manifest.instance }
            .sorted { $0.manifest.created < $1.manifest.created }
        let own = mine.filter { $0.manifest.instance == last.manifest.instance }
        for candidate in own.reversed() + others.reversed() {
            do throws(BackupError) { chains.append(try chain(of: candidate)) } catch {
                failure = failure ?? error
            }
        }
        guard !chains.isEmpty else { throw failure ?? .noBundle(path: folder) }
        return chains
    }

    private static let others = "the key that signs for this vault has not signed it"
    private static let broken =
        "it is not in the newest chain that is whole: what it continues is missing or damaged"

    /// The bundles that look newer than a chain that was chosen and cannot be used, and why.
    ///
    /// They are damaged, or what they continue is missing. Of what the signer of the chain vouches
    /// for, the vault's own order says what is newer: a clock may have been wrong, and what was
    /// made then is not missing because of that. Of all else nothing is known but the time.
    ///
    /// - Parameters:
    ///   - chain: The chain, the newest first; nothing of it is passed over.
    ///   - time: Only those made until then count.
    ///   - isSigned: Whether the signer of the chain vouches for a bundle.
    package func passedOver(
        for chain: [BundleReader], until time: Int64? = nil,
        isSigned: ((BundleReader) -> Bool)? = nil
    ) -> [(path: String, reason: String)] {
        guard let chosen = chain.first else { return [] }
        let own = Set(chain.map(\.path))
        var passed: [(path: String, reason: String)] = []
        // A name begins with the time in UTC.
        let name = DiskPath.name(of: chosen.path)
        let limit = time.map { BundleName.lastName(until: $0) }
        for item in items where item.kind == .bundle && !own.contains(item.path) {
            guard let bundle = item.bundle else {
                let other = DiskPath.name(of: item.path)
                if other > name, limit.map({ other <= $0 }) ?? true {
                    passed.append((item.path, item.problem ?? "it cannot be read"))
                }
                continue
            }
            let manifest = bundle.manifest
            guard manifest.vault == chosen.manifest.vault,
                manifest.instance == chosen.manifest.instance,
                time.map({ manifest.created <= $0 }) ?? true
            else { continue }
            let isVouched = isSigned?(bundle) ?? false
            let isNewer =
                isVouched
                ? (manifest.epoch, manifest.generation)
                    > (chosen.manifest.epoch, chosen.manifest.generation)
                : manifest.created > chosen.manifest.created
            guard isNewer else { continue }
            let isOthers = isSigned != nil && !isVouched
            passed.append((item.path, isOthers ? Self.others : Self.broken))
        }
        return passed
    }
}

extension VerifiedChain {
    /// The bundles of the folder that look newer than this chain and cannot be used, and why.
    ///
    /// - Parameter time: Only those made until then count.
    package func passedOver(
        in folder: BundleChain, until time: Int64? = nil
    ) -> [(path: String, reason: String)] {
        folder.passedOver(for: bundles, until: time) { vouches(for: $0) }
    }
}
