internal import CofferBundles

extension BackupPrune {
    /// A bundle of the vault whose file is there and cannot be read.
    internal struct Unreadable {
        let path: String
        let content: [UInt8]
        let reason: String
    }

    /// What is known of a folder in which something is done.
    internal struct Work {
        var outcome = Outcome()
        /// Those that were read and are whole, by content id.
        var whole: Set<[UInt8]> = []
        /// Those that were read and are damaged, and how.
        var bad: [[UInt8]: String] = [:]
        /// Those that cannot be merged, or cannot be made to continue another.
        var refused: Set<[UInt8]> = []
        /// Those whose keys can be opened.
        var opened: Set<[UInt8]> = []
        /// Those that the vault has not noted, and that are proved to be what they stand in for.
        var proved: Set<[UInt8]> = []
        /// What of the vault's own is of no use as the folder is, and why.
        var left: [(path: String, reason: String)] = []
        /// How often something was gone that had been there.
        var misses = 0
        /// Why there is no room for what would be written.
        var failure: BundleError?

        /// Says once what is wrong with a bundle.
        mutating func refuse(_ path: String, _ reason: String) {
            guard !outcome.refused.contains(where: { $0.path == path }) else { return }
            outcome.refused.append((path, reason))
        }

        /// Takes down what cannot be read, and what is damaged, of a folder as it is now.
        mutating func leave(_ unreadable: [Unreadable], among mine: [BundleReader]) {
            left = unreadable.map { ($0.path, "it cannot be read: \($0.reason)") }
            for bundle in mine {
                guard let reason = bad[bundle.contentID] else { continue }
                left.append((bundle.path, "it is damaged: \(reason)"))
            }
        }

        /// Names what of the vault's own is of no use as the folder is now.
        mutating func nameLeft() {
            for one in left { refuse(one.path, one.reason) }
        }
    }
}
