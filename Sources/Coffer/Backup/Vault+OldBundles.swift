internal import CofferCare
internal import CofferDisk

extension Vault {
    /// A bundle that a change of the vault's keys has left behind.
    public struct OldBundle: Sendable {
        /// The folder that it was written to.
        public let folder: String
        /// The name of its file.
        public let name: String
        /// Its path.
        public let path: String
        /// Whether it is there now; one that is not may be on a disk that is not plugged in.
        public let isThere: Bool

        fileprivate init(_ found: OldBundles.Found) {
            (folder, name, isThere) = (found.folder, found.name, found.isThere)
            path = DiskPath.join(found.folder, found.name)
        }
    }

    /// The bundles that the vault lists and that something opens which does not open the vault any
    /// more, such as an old password; the oldest first.
    ///
    /// Write their keys anew with ``rekeyBundles(in:each:)``, or remove them. One that is not there
    /// now is among them, because what opens it is not known here. Copies that were made of bundles
    /// are not known at all.
    ///
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/damaged``.
    /// - Complexity: linear in the number of bundles that the vault lists.
    public func bundlesOpeningOtherwise() throws(VaultError) -> [OldBundle] {
        try holding { try OldBundles(records).openingOtherwise().map(OldBundle.init) }
    }

    /// The bundles that the vault lists and that a signing key of before has signed; the oldest
    /// first.
    ///
    /// - Throws: As ``bundlesOpeningOtherwise()``.
    public func bundlesSignedBefore() throws(VaultError) -> [OldBundle] {
        try holding { try OldBundles(records).signedBefore().map(OldBundle.init) }
    }
}
