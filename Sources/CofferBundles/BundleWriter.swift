internal import CofferBytes
package import CofferCrypto
package import CofferDisk
package import CofferFormat

/// A bundle being written: nothing shows under its name before it is whole, signed and durable.
///
/// Members are added in the order of `Docs/Format.md`, section 16: `readme`, `keyring`,
/// `subjects`, `signers`, `records(1)` and on; the rest is written by ``finish(signingKey:keyID:manifest:)``.
/// Dropped without it, the file is removed; killed, a leftover stays whose name begins with
/// `.coffer-unfinished-`, for the next writer in that folder to remove.
package struct BundleWriter: ~Copyable {
    private let path: String
    private let rule: RenameRule
    private let pending: PendingFile
    private var keyring: KeyringDocument?
    private var entries: [ChecksumList.Entry] = []
    private var members: [Manifest.Member] = []
    private var size: UInt64 = 0
    /// The zeros that the last member still needs, written with the header of the next.
    private var padding = 0
    private var hasFailed = false

    /// The path under which it grows: what an interrupted program removes.
    package var unfinishedPath: String { pending.temporary }

    /// Begins a bundle that will stand at `path`.
    ///
    /// - Parameters:
    ///   - path: Where it will stand.
    ///   - isReplacing: Whether it takes the place of a bundle: only for writing its keys anew.
    /// - Throws: ``BundleError/disk(_:)``, with ``DiskError/Kind/exists`` at once when the name
    ///   is taken, and ``DiskError/Kind/notRegular`` when what is to be replaced is no file.
    package init(
        at path: String, replacing isReplacing: Bool = false,
        on disk: any FileSystem = LocalFileSystem()
    ) throws(BundleError) {
        self.path = path
        rule = isReplacing ? .replacing : .refusing
        do throws(DiskError) {
            // What a killed program left stays for good otherwise; it is no reason to fail.
            _ = try? disk.removeLeftovers(in: DiskPath.parent(of: path))
            if isReplacing {
                if let found = try disk.status(path), found.kind != .regular {
                    throw DiskError(.open, path, .notRegular)
                }
                pending = try PendingFile(path, isLarge: true, on: disk)
            } else {
                pending = try disk.createExclusive(path, isLarge: true)
            }
        } catch { throw .disk(error) }
    }

    /// Adds the member that comes next.
    ///
    /// - Throws: ``BundleError/misuse(_:)`` for a member that does not come next, or with a
    ///   content that no reader would accept; ``BundleError/limit(_:size:allowed:)``;
    ///   ``BundleError/disk(_:)``, after which nothing can be added.
    package mutating func add(
        _ member: BundleMember, _ bytes: Span<UInt8>
    ) throws(BundleError) {
        guard !hasFailed else { throw .misuse(.failedBefore) }
        guard mayFollow(member) else { throw .misuse(.order(member)) }
        guard bytes.count <= member.sizeLimit else {
            throw .limit(
                member, size: UInt64(bytes.count), allowed: UInt64(member.sizeLimit))
        }
        try take(member, bytes)
        let hash = SHA256.hash(bytes)
        entries.append(ChecksumList.Entry(member, hash))
        if member.isContent {
            members.append(
                Manifest.Member(member, size: UInt64(bytes.count), sha256: hash))
        }
        try write(member, bytes)
    }

    /// Adds the member that comes next.
    ///
    /// - Throws: As the form for spans.
    package mutating func add(
        _ member: BundleMember, _ bytes: [UInt8]
    ) throws(BundleError) {
        try add(member, bytes.span)
    }

    /// Adds the member that comes next as another bundle has it, byte for byte.
    ///
    /// - Throws: As ``add(_:_:)``, and ``BundleError/damaged(_:_:)`` when the other bundle's is
    ///   not what its own list says.
    package mutating func add(
        _ member: BundleMember, from bundle: BundleReader
    ) throws(BundleError) {
        try add(member, try bundle.read(member))
    }

    /// Writes the manifest, the list and its signature, makes all durable, and gives the file its
    /// name.
    ///
    /// - Parameters:
    ///   - signingKey: What signs.
    ///   - keyID: Its minisign identifier, eight bytes.
    ///   - manifest: Makes the manifest out of the sealed members as they were written.
    /// - Throws: ``BundleError/misuse(_:)`` when a member is missing, or the manifest is not
    ///   about this bundle or cannot be written; ``BundleError/disk(_:)``, with
    ///   ``DiskError/Kind/exists`` when the name was taken meanwhile; ``BundleError/crypto(_:)``;
    ///   and what `manifest` throws. Nothing shows then, unless synchronizing the directory
    ///   failed after the renaming: the whole bundle does then.
    package consuming func finish(
        signingKey: SigningKey, keyID: [UInt8],
        manifest: ([Manifest.Member]) throws(BundleError) -> Manifest
    ) throws(BundleError) -> BundleFacts {
        guard !hasFailed else { throw .misuse(.failedBefore) }
        guard let keyring, !members.isEmpty else { throw .misuse(.order(.manifest)) }
        let manifest = try manifest(members)
        let text = manifest.bytes
        guard manifest.vault == keyring.vault, manifest.bundle == keyring.bundle,
            manifest.members == members, (try? Manifest(parsing: text)) == manifest,
            text.count <= Manifest.largestSize(members: members.count)
        else { throw .misuse(.value(.manifest)) }
        try write(.manifest, text.span)
        entries.append(ChecksumList.Entry(.manifest, SHA256.hash(text)))

        let sums = ChecksumList(
            vault: keyring.vault, bundle: keyring.bundle, revision: keyring.revision,
            epoch: manifest.epoch, entries: entries)
        let list = sums.bytes
        try write(.sums, list.span)
        let signature: Minisign.Signature
        do throws(CryptoError) {
            signature = try Minisign.sign(
                Minisign.hash(list.span), with: signingKey, keyID: keyID,
                untrustedComment: BundleReader.untrustedComment, trustedComment: sums.firstLine)
        } catch { throw .crypto(error) }
        try write(.signature, signature.file.span)
        try writeEnd()

        let facts = BundleFacts(
            path: path, size: size, contentID: sums.contentID, bundle: keyring.bundle,
            revision: keyring.revision, sumsHash: SHA256.hash(list))
        do throws(DiskError) { try pending.commit(rule) } catch { throw .disk(error) }
        return facts
    }
}

extension BundleWriter {
    private func mayFollow(_ member: BundleMember) -> Bool {
        switch (entries.last?.member, member) {
        case (nil, .readme), (.readme, .keyring), (.keyring, .subjects), (.subjects, .signers),
            (.signers, .records(1)):
            return true
        case (.records(let last), .records(let number)):
            // All segments but the last are full.
            return last < BundleMember.segmentLimit && number == last + 1
                && members.last?.size == UInt64(BundleMember.segmentSize)
        default: return false
        }
    }

    /// Looks at a content as the reader will.
    private mutating func take(
        _ member: BundleMember, _ bytes: Span<UInt8>
    ) throws(BundleError) {
        switch member {
        case .readme:
            guard (try? UTF8Span(validating: bytes)) != nil else { throw .misuse(.value(member)) }
        case .keyring:
            guard let keyring = try? KeyringDocument(parsing: Self.copy(of: bytes)) else {
                throw .misuse(.value(member))
            }
            self.keyring = keyring
        case .signers:
            guard let statements = try? SignerStatements(parsing: Self.copy(of: bytes)),
                statements.vault == keyring?.vault
            else { throw .misuse(.value(member)) }
        default: break
        }
    }

    private static func copy(of bytes: Span<UInt8>) -> [UInt8] {
        var writer = ByteWriter(capacity: bytes.count)
        writer.write(bytes)
        return writer.bytes
    }

    private mutating func write(
        _ member: BundleMember, _ bytes: Span<UInt8>
    ) throws(BundleError) {
        let header = UstarHeader(member, size: UInt64(bytes.count)).bytes
        try write(([UInt8](repeating: 0, count: padding) + header).span)
        try write(bytes)
        padding = UstarHeader.padding(after: UInt64(bytes.count))
    }

    private mutating func writeEnd() throws(BundleError) {
        let zeros = padding + 2 * UstarHeader.blockSize
        try write([UInt8](repeating: 0, count: zeros).span)
    }

    private mutating func write(_ bytes: Span<UInt8>) throws(BundleError) {
        do throws(DiskError) {
            try pending.write(bytes)
        } catch {
            hasFailed = true
            throw .disk(error)
        }
        size += UInt64(bytes.count)
    }
}
