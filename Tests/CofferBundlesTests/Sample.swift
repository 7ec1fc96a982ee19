import CofferBundles
import CofferBytes
import CofferCrypto
import CofferDisk
import CofferDiskSupport
import CofferFormat

/// A key that signs, with the name that minisign knows it by.
struct Signer {
    let key: SigningKey
    let publicKey: Minisign.PublicKey

    init(_ number: UInt8) throws {
        key = SigningKey(SecretBytes(count: 32) { for index in $0.indices { $0[index] = number } })
        publicKey = try Minisign.PublicKey(
            keyID: [UInt8](repeating: number, count: 8), bytes: Ed25519.publicKey(of: key))
    }
}

/// A small bundle with all that one has, always the same bytes for the same values.
struct Sample {
    static func id(_ number: UInt8) -> Identifier {
        Identifier(version: 4, from: [UInt8](repeating: number, count: 16).span)
    }

    static let path = "/made.coffer-bundle"

    var signer: Signer
    var vault = Sample.id(1)
    var bundle = Sample.id(2)
    var revision: UInt64 = 1
    var kind = Manifest.Kind.full
    var readme = BundleReadme.bytes
    var subjects = [UInt8](repeating: 5, count: 1_096)
    var segments: [[UInt8]] = [(0..<700).map { UInt8(truncatingIfNeeded: $0 * 7) }]
    var signers: [(new: UInt8, old: UInt8)] = [(2, 1), (3, 2)]

    init(signedBy number: UInt8 = 1) throws { signer = try Signer(number) }

    /// A whole segment, told from others by its number.
    static func fullSegment(_ number: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 1 << 10)
        bytes = Array(repeatElement(bytes, count: BundleMember.segmentSize / 1_024 + 1).joined())
        bytes.removeLast(bytes.count - BundleMember.segmentSize)
        return bytes
    }

    var keyring: KeyringDocument {
        KeyringDocument(
            vault: vault, bundle: bundle, revision: revision,
            slots: [KeyringDocument.Row(number: 1, bytes: [UInt8](repeating: 1, count: 300))],
            roster: [UInt8](repeating: 2, count: 200),
            keys: [1, 2, 9].map {
                KeyringDocument.Row(number: $0, bytes: [UInt8](repeating: UInt8($0), count: 148))
            }, subjects: [UInt8](repeating: UInt8(truncatingIfNeeded: revision), count: 104))
    }

    func statements() throws -> SignerStatements {
        SignerStatements(
            vault: vault,
            statements: try signers.map { pair in
                let old = try Signer(pair.old)
                return try SignerStatements.Statement(
                    of: Signer(pair.new).publicKey, by: old.publicKey, with: old.key, vault: vault)
            })
    }

    func manifest(_ members: [Manifest.Member]) -> Manifest {
        Manifest(
            vault: vault, instance: Self.id(3), bundle: bundle, kind: kind,
            parent: kind == .full ? nil : [UInt8](repeating: 8, count: 32), key: Self.id(4),
            epoch: 3, generation: 17, after: kind == .full ? 0 : 5, sequence: 40,
            created: 1_795_286_700_123, entries: Manifest.Counts(records: 12, audit: 3),
            live: Manifest.Counts(records: 12, audit: 3), members: members,
            digest: [UInt8](repeating: 6, count: 32), audit: [UInt8](repeating: 7, count: 32))
    }

    /// Adds everything before the manifest.
    func fill(_ writer: inout BundleWriter) throws {
        try writer.add(.readme, readme)
        try writer.add(.keyring, keyring.bytes)
        try writer.add(.subjects, subjects)
        try writer.add(.signers, statements().bytes)
        for (index, segment) in segments.enumerated() {
            try writer.add(.records(index + 1), segment)
        }
    }

    @discardableResult
    func write(
        to path: String, on disk: any FileSystem = LocalFileSystem(), replacing: Bool = false
    ) throws -> BundleFacts {
        var writer = try BundleWriter(at: path, replacing: replacing, on: disk)
        try fill(&writer)
        return try writer.finish(signingKey: signer.key, keyID: signer.publicKey.keyID) {
            manifest($0)
        }
    }

    /// Why a writer does not finish; nil when it does.
    func failure(
        finishing writer: consuming BundleWriter, _ manifest: ([Manifest.Member]) -> Manifest
    ) -> BundleError? {
        do throws(BundleError) {
            _ = try writer.finish(signingKey: signer.key, keyID: signer.publicKey.keyID) {
                manifest($0)
            }
            return nil
        } catch { return error }
    }

    /// The bytes of the bundle.
    func bytes() throws -> [UInt8] {
        let disk = FaultingFileSystem()
        try write(to: Self.path, on: disk)
        return try disk.read(Self.path, limit: 1 << 26)
    }
}

/// Opens bytes as a bundle, and verifies all of it with a trusted key.
func open(_ bytes: [UInt8]) throws(BundleError) -> BundleReader {
    try BundleReader(at: Sample.path, on: MeteredDisk(bytes))
}

/// What a careful user does with a bundle: the first thing that is refused, nil when nothing is.
func refusal(of bytes: [UInt8], trusting key: Minisign.PublicKey) -> BundleError? {
    do throws(BundleError) {
        let reader = try open(bytes)
        _ = try reader.signer(trusting: key)
        try reader.verifyMembers()
        return nil
    } catch { return error }
}
