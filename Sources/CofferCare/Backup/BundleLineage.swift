internal import CofferBundles
internal import CofferFormat

/// What bundles continue, as far as the folder can say so, or the vault's own list.
///
/// Where the bundle in the middle of a chain cannot be read, or is away for now, the list says what
/// it continues; one that the vault has removed is not on the list.
internal struct BundleLineage {
    private var parents: [[UInt8]: Set<[UInt8]>] = [:]

    /// Takes down who continues whom.
    init(_ chain: BundleChain, _ known: [KnownBundle]) {
        for bundle in chain.items.compactMap(\.bundle) {
            guard let parent = bundle.manifest.parent else { continue }
            parents[bundle.contentID, default: []].insert(parent)
        }
        for bundle in known {
            guard let parent = bundle.parent else { continue }
            parents[bundle.content, default: []].insert(parent)
        }
    }

    /// Everything that some bundles continue, by content id, whether it is there or not.
    func ancestors(of contents: some Sequence<[UInt8]>) -> Set<[UInt8]> {
        var found: Set<[UInt8]> = []
        var next = Array(contents)
        while let content = next.popLast() {
            for parent in parents[content] ?? [] where found.insert(parent).inserted {
                next.append(parent)
            }
        }
        return found
    }
}
