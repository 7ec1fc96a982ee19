internal import CofferBundles
package import CofferDisk
internal import CofferFormat
package import CofferRecords
internal import CofferStore

/// The bundles of a vault that a change of its keys has left behind, as far as the vault knows
/// them.
package struct OldBundles {
    /// One of them.
    package struct Found: Sendable {
        /// The folder that it was written to.
        package let folder: String
        /// The name of its file.
        package let name: String
        /// Whether it is there now; one that is not may be on a disk that is not plugged in.
        package let isThere: Bool
    }

    private let records: Records
    private let disk: any FileSystem

    /// Looks at the bundles that an unlocked vault lists.
    package init(_ records: Records, disk: any FileSystem = LocalFileSystem()) {
        self.records = records
        self.disk = disk
    }

    /// Those that something opens which does not open the vault any more, the oldest first.
    ///
    /// One that is not there counts: what opens it is not known here.
    ///
    /// - Throws: As reading the vault does.
    /// - Complexity: linear in the number of bundles that the vault lists; their contents are not
    ///   read.
    package func openingOtherwise() throws -> [Found] {
        let today = Set(try records.store.keyRows().slots.map(\.seal))
        return try found { bundle in
            bundle.keyring.slots.contains { !today.contains($0.bytes) }
        }
    }

    /// Those that another key has signed than the one that signs now, the oldest first.
    ///
    /// - Throws: As ``openingOtherwise()``.
    package func signedBefore() throws -> [Found] {
        let signers = try records.read { try VaultSigners($0) }
        return try found { !$0.isSigned(by: signers.current) }
    }

    private func found(_ isOld: (BundleReader) -> Bool) throws -> [Found] {
        try records.read { try $0.knownBundles() }.compactMap { known in
            let path = DiskPath.join(known.folder, known.name)
            let bundle = try? BundleReader(at: path, on: disk, isKeptOpen: false)
            guard let bundle, bundle.contentID == known.content else {
                return Found(folder: known.folder, name: known.name, isThere: false)
            }
            return isOld(bundle)
                ? Found(folder: known.folder, name: known.name, isThere: true) : nil
        }
    }
}
