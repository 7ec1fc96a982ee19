package import CofferBundles
internal import CofferFormat
package import CofferRecords

/// What a vault knows of the keyrings of its bundles.
package enum KnownRevisions {
    /// Refuses bundles whose keyring is older than the newest that the vault has written for them.
    ///
    /// - Throws: `BackupError.olderKeyring`; as reading the vault does.
    package static func check(_ chain: [BundleReader], _ reader: RecordReader) throws {
        let known = try reader.knownBundles()
        for bundle in chain {
            guard let newest = known.first(where: { $0.bundle == bundle.manifest.bundle }),
                bundle.keyring.revision < newest.revision
            else { continue }
            throw BackupError.olderKeyring(path: bundle.path)
        }
    }
}
