internal import CofferBytes
package import CofferCrypto
package import CofferDisk
package import CofferFormat

/// An open bundle whose form is that of a bundle, and whose parts agree with each other.
///
/// Opening proves no more than that: call ``signer(trusting:)`` with a key from outside, and
/// ``verifyMembers(progress:isCancelled:)``. The descriptor is kept, and every member is hashed
/// again as it is read; so what was verified is what is used, whatever happens to the path.
///
/// One thread uses it at a time.
package final class BundleReader: Sendable {
    /// The comment that nothing binds; it is fixed so that no other bytes pass.
    internal static let untrustedComment = "coffer bundle"

    /// The path that it was opened at.
    package let path: String
    /// What the file system says of the file that was opened.
    package let status: FileStatus
    /// The size of the file in bytes.
    package let size: UInt64
    /// The keys of its time.
    package let keyring: KeyringDocument
    /// What it is.
    package let manifest: Manifest
    /// What is signed.
    package let sums: ChecksumList
    /// Which signing key follows which.
    package let signers: SignerStatements
    /// The signature of `sums`; nothing of it is checked by opening.
    package let signature: Minisign.Signature
    /// What a bundle that continues this one names as its parent, 32 bytes.
    package let contentID: [UInt8]
    /// All members, in order.
    package var members: [BundleMember] { layout.members }

    private let file: any DiskFile
    private let layout: BundleLayout

    /// Opens a bundle; the last part of the path may not be a symbolic link.
    ///
    /// All header blocks are looked at before any content is read and before memory is taken.
    ///
    /// - Parameter isKeptOpen: Whether the descriptor is kept. Without it the path is opened at
    ///   each reading, so that a folder of any number of bundles can be looked at; what is read is
    ///   compared with the list all the same.
    /// - Throws: ``BundleError/disk(_:)``, with ``DiskError/Kind/notRegular`` for a link, a
    ///   device or a directory; ``BundleError/notABundle``, ``BundleError/newerFormat(_:)``,
    ///   ``BundleError/limit(_:size:allowed:)``, ``BundleError/damaged(_:_:)``.
    package init(
        at path: String, on disk: any FileSystem = LocalFileSystem(), isKeptOpen: Bool = true
    ) throws(BundleError) {
        self.path = path
        let file: any DiskFile
        do throws(DiskError) {
            file = try disk.open(path, .read)
            status = try file.status()
            size = UInt64(max(0, status.size))
        } catch { throw .disk(error) }
        let layout = try BundleLayout(file, fileSize: size)
        self.layout = layout
        self.file = isKeptOpen ? file : ReopenedFile(path, on: disk)
        let parts = try BundleParts(reading: layout, of: file)
        keyring = parts.keyring
        manifest = parts.manifest
        sums = parts.sums
        signers = parts.signers
        signature = parts.signature
        contentID = parts.sums.contentID
    }

    /// The size of a member in bytes; nil when the bundle has none of that name.
    package func size(of member: BundleMember) -> Int? { layout.place(of: member)?.size }

    /// The whole of a member, compared with the list as it is read.
    ///
    /// - Throws: As ``read(_:into:)``.
    package func read(_ member: BundleMember) throws(BundleError) -> [UInt8] {
        var bytes: [UInt8] = []
        try read(member, into: &bytes)
        return bytes
    }

    /// Puts the whole of a member in the place of what `buffer` had, compared with the list.
    ///
    /// - Throws: ``BundleError/damaged(_:_:)`` when the bytes are not those of the list, also if
    ///   they were before; the buffer is empty then. ``BundleError/misuse(_:)`` when there is no
    ///   such member, ``BundleError/disk(_:)``.
    package func read(
        _ member: BundleMember, into buffer: inout [UInt8]
    ) throws(BundleError) {
        guard let place = layout.place(of: member) else {
            throw .misuse(.noSuchMember(member))
        }
        do throws(BundleError) {
            try place.read(into: &buffer, of: member, from: file)
            guard isListed(member, SHA256.hash(buffer)) else { throw .damaged(member, .hash) }
        } catch {
            buffer.removeAll()
            throw error
        }
    }

    /// Hashes every member and compares it with the list, on all cores.
    ///
    /// - Parameters:
    ///   - progress: Told how many bytes are done, and of how many.
    ///   - isCancelled: Asked now and then whether to stop.
    /// - Throws: ``BundleError/damaged(_:_:)`` for the first member that was changed,
    ///   ``BundleError/cancelled``, ``BundleError/disk(_:)``.
    package func verifyMembers(
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in },
        isCancelled: () -> Bool = { false }
    ) throws(BundleError) {
        try MemberHashing.run(
            sums, layout, file, progress: progress, isCancelled: isCancelled)
    }

    /// The list, its signature and what comes after were parsed from the bytes that are compared.
    private func isListed(_ member: BundleMember, _ hash: [UInt8]) -> Bool {
        switch member {
        case .sums: hash == SHA256.hash(sums.bytes)
        case .signature: hash == SHA256.hash(signature.file)
        default: place(inList: member).map { sums.entries[$0].sha256 == hash } ?? false
        }
    }

    /// The list has every member before it, in order.
    private func place(inList member: BundleMember) -> Int? {
        let index =
            switch member {
            case .readme: 0
            case .keyring: 1
            case .subjects: 2
            case .signers: 3
            case .records(let number): 3 + number
            default: sums.entries.count - 1
            }
        guard sums.entries.indices.contains(index), sums.entries[index].member == member else {
            return nil
        }
        return index
    }
}

extension BundleLayout.Place {
    /// Puts a part of the member in the place of what `buffer` had.
    internal func read(
        into buffer: inout [UInt8], from start: Int, count: Int, of member: BundleMember,
        _ file: any DiskFile
    ) throws(BundleError) {
        if buffer.count > count {
            buffer.removeLast(buffer.count - count)
        } else {
            buffer.append(contentsOf: repeatElement(0, count: count - buffer.count))
        }
        let read: Int
        do throws(DiskError) {
            var span = buffer.mutableSpan
            read = try file.read(&span, at: Int64(offset) + Int64(start))
        } catch { throw .disk(error) }
        guard read == count else { throw .damaged(member, .truncated) }
    }

    /// Puts the whole member in the place of what `buffer` had.
    internal func read(
        into buffer: inout [UInt8], of member: BundleMember, from file: any DiskFile
    ) throws(BundleError) {
        try read(into: &buffer, from: 0, count: size, of: member, file)
    }
}
