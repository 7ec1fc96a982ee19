import CofferBundles
import CofferBytes
import CofferCrypto
import CofferDisk
import CofferDiskSupport
import CofferFormat

/// Valid parts of a bundle, and a whole one.
internal enum BundleSeeds {
    private static let vault = RowSeeds.id(1)
    private static let bundle = RowSeeds.id(2)

    private static let signingKey = SigningKey(
        SecretBytes(count: 32) { for index in $0.indices { $0[index] = 7 } })

    static let manifests: [[UInt8]] = [Manifest.Kind.full, .incremental].map { kind in
        let hash = [UInt8](repeating: 0xA5, count: 32)
        let full = Manifest.Member(
            .records(1), size: UInt64(BundleMember.segmentSize), sha256: hash)
        let last = Manifest.Member(.records(2), size: 88, sha256: hash)
        return manifest(kind, kind == .full ? [last.named(1)] : [full, last]).bytes
    }

    static let keyring = KeyringDocument(
        vault: vault, bundle: bundle, revision: 3,
        slots: [KeyringDocument.Row(number: 1, bytes: [1, 2, 3, 4])], roster: [5, 6],
        keys: [1, 7].map { KeyringDocument.Row(number: $0, bytes: [7, 8, 9]) },
        subjects: [UInt8](repeating: 3, count: 104)
    ).bytes

    static let signers: [UInt8] = {
        let key = { (number: UInt8) in
            SignerStatements.Key(
                keyID: [UInt8](repeating: number, count: 8),
                bytes: [UInt8](repeating: number, count: 32))
        }
        let statements = (UInt8(1)...2).map { number in
            SignerStatements.Statement(
                new: key(number + 1), old: key(number),
                signature: [UInt8](repeating: number, count: 64))
        }
        return SignerStatements(vault: vault, statements: statements).bytes
    }()

    static let headers: [[UInt8]] = [
        UstarHeader(.readme, size: 1_234).bytes, UstarHeader(.records(12), size: 700).bytes,
    ]

    static let names: [[UInt8]] = [
        "records-00012.seal", "SHA256SUMS.minisig", "20261121T184500Z-full-1a2b3c4d.coffer-bundle",
        "a (conflicted copy).coffer-bundle", ".b.coffer-bundle.x",
    ].map { Array($0.utf8) }

    /// A bundle, and its list.
    static let whole: (bundle: [UInt8], sums: [UInt8]) = {
        let disk = FaultingFileSystem()
        do {
            var writer = try BundleWriter(at: "/b", on: disk)
            try writer.add(.readme, Array("Read me.\n".utf8))
            try writer.add(.keyring, keyring)
            try writer.add(.subjects, [1, 2, 3])
            try writer.add(.signers, signers)
            try writer.add(.records(1), [UInt8](repeating: 4, count: 600))
            _ = try writer.finish(signingKey: signingKey, keyID: [1, 2, 3, 4, 5, 6, 7, 8]) {
                manifest(.full, $0)
            }
            let sums = try BundleReader(at: "/b", on: disk).sums.bytes
            return (try disk.read("/b", limit: 1 << 20), sums)
        } catch { return ([], []) }
    }()

    private static func manifest(
        _ kind: Manifest.Kind, _ members: [Manifest.Member]
    ) -> Manifest {
        Manifest(
            vault: vault, instance: RowSeeds.id(3), bundle: bundle, kind: kind,
            parent: kind == .full ? nil : [UInt8](repeating: 1, count: 32), key: RowSeeds.id(4),
            epoch: 1, generation: 2, after: kind == .full ? 0 : 3, sequence: 4, created: 5,
            entries: Manifest.Counts(records: 6), live: Manifest.Counts(history: 7),
            members: members, digest: [UInt8](repeating: 2, count: 32),
            audit: [UInt8](repeating: 3, count: 32))
    }
}

extension Manifest.Member {
    fileprivate func named(_ number: Int) -> Manifest.Member {
        Manifest.Member(.records(number), size: size, sha256: sha256)
    }
}
