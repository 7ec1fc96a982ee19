package import CofferBundles
internal import CofferBytes
internal import CofferCrypto
package import CofferDisk
internal import CofferFormat
internal import CofferKeys
package import CofferRecords
internal import CofferStore

/// Writes the keyrings of bundles anew, so that they open with today's passwords and recovery
/// keys and with no others.
///
/// The sealed members stay byte for byte, and so does the content id: whatever continues a bundle
/// goes on doing so. Complexity: O(bytes of the bundle), which is copied.
package struct BackupRekey {
    /// What became of a bundle.
    package enum Outcome: Sendable {
        /// It opens with today's ways now; its revision.
        case done(revision: UInt64)
        /// It was left alone; why.
        case refused(String)
    }

    private let records: Records
    private let disk: any FileSystem
    private let vouched: Set<[UInt8]>

    /// Prepares one.
    ///
    /// - Parameter vouched: The content ids of bundles that the vault does not list, and whose
    ///   signatures were verified before their key was replaced.
    package init(
        _ records: Records, vouched: Set<[UInt8]> = [],
        disk: any FileSystem = LocalFileSystem()
    ) {
        self.records = records
        self.disk = disk
        self.vouched = vouched
    }

    /// Writes one bundle anew in its place.
    ///
    /// - Throws: `BundleError.disk`; what reading and writing the vault throws.
    package func run(_ bundle: BundleReader) throws -> Outcome {
        let made = try records.read { reader in try write(bundle, reader) }
        guard case .done(let revision) = made else { return made }
        try records.write { writer in
            writer.transaction.isSilent = true
            try note(bundle, revision, writer)
            try writer.transaction.audit(
                "backup-rekey",
                [
                    AuditEntry.Detail("bundle", bundle.manifest.bundle.description),
                    AuditEntry.Detail("revision", "\(revision)"),
                ])
        }
        return made
    }

    private func write(_ bundle: BundleReader, _ reader: RecordReader) throws -> Outcome {
        let keyring = reader.frame.keyring
        let manifest = bundle.manifest
        guard manifest.vault == keyring.vault else { return .refused("it is of another vault") }
        let all = try reader.knownBundles()
        let known = all.first { $0.bundle == manifest.bundle }
        let signers = try VaultSigners(reader)
        // The content id does not name what the manifest says; only the signature vouches for that,
        // and the vault's own list.
        let isOurs =
            signers.vouches(for: bundle, as: known)
            || vouched.contains(bundle.contentID) && signers.hasSigned(bundle)
        guard isOurs else { return .refused("this vault has not signed it") }
        guard known == nil || known?.content == bundle.contentID else {
            return .refused("it is not what this vault has made under its id")
        }
        guard
            keyring.all.contains(where: {
                $0.facts.id == manifest.key && $0.facts.purpose == .bundle
            })
        else { return .refused("its key is not in the vault any more") }
        do throws(BundleError) { try bundle.verifyMembers() } catch {
            if case .disk = error { throw error }
            return .refused(error.message)
        }
        let newest = try KnownRevisions.all(reader, all)[manifest.bundle] ?? 0
        let revision = max(bundle.keyring.revision, newest) + 1
        let signing = try keyring.active(.signing)
        let sealed = try BundleKeyring.seal(
            try records.store.keyRows(), root: keyring.root, vault: keyring.vault,
            bundle: manifest.bundle, revision: revision,
            randomness: records.store.environment.randomness)
        var writer = try BundleWriter(at: bundle.path, replacing: true, on: disk)
        try writer.add(.readme, BundleReadme.bytes)
        try writer.add(.keyring, sealed.document.bytes)
        try writer.add(.subjects, sealed.subjects)
        try writer.add(.signers, signers.statements.bytes)
        for member in bundle.members where member.isContent {
            try writer.add(member, from: bundle)
        }
        _ = try writer.finish(
            signingKey: signing.signingKey(),
            keyID: Array(signing.facts.id.bytes.prefix(Minisign.keyIDSize))
        ) { _ throws(BundleError) in
            // A pruning may have made it continue another one meanwhile.
            let now = try BundleReader(at: bundle.path, on: disk)
            return now.contentID == bundle.contentID ? now.manifest : manifest
        }
        return .done(revision: revision)
    }

    private func note(
        _ bundle: BundleReader, _ revision: UInt64, _ writer: RecordWriter
    ) throws {
        guard
            var known = try writer.reader.knownBundles().first(where: {
                $0.bundle == bundle.manifest.bundle
            })
        else { return try KnownRevisions.raise(bundle.manifest.bundle, to: revision, writer) }
        known.revision = revision
        try writer.put(
            known.record, in: try KnownBundle.collection.plan(writer), existing: .update)
    }
}
