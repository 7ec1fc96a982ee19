internal import CofferBytes
internal import CofferCrypto
internal import CofferDisk
internal import CofferFormat

/// The small members of a bundle, read, parsed and held against each other.
internal struct BundleParts {
    internal let keyring: KeyringDocument
    internal let manifest: Manifest
    internal let sums: ChecksumList
    internal let signers: SignerStatements
    internal let signature: Minisign.Signature

    /// Reads all members but the sealed ones.
    internal init(
        reading layout: BundleLayout, of file: any DiskFile
    ) throws(BundleError) {
        func read(_ member: BundleMember) throws(BundleError) -> [UInt8] {
            guard let place = layout.place(of: member) else {
                throw .damaged(member, .truncated)
            }
            var bytes: [UInt8] = []
            try place.read(into: &bytes, of: member, from: file)
            return bytes
        }
        // The list first: it is what the signature is about, and says what the others are.
        let list = try read(.sums)
        let document = try read(.keyring)
        if let number = BundleFormat.number(of: document), number > BundleFormat.current {
            throw .newerFormat(number)
        }
        sums = try Self.parse(list, .sums) { list throws(ByteReader.Failure) in
            try ChecksumList(parsing: list)
        }
        keyring = try Self.parse(document, .keyring) { text throws(ByteReader.Failure) in
            try KeyringDocument(parsing: text)
        }
        let text = try read(.manifest)
        manifest = try Self.parse(text, .manifest) { text throws(ByteReader.Failure) in
            try Manifest(parsing: text)
        }
        let statements = try read(.signers)
        signers = try Self.parse(statements, .signers) { text throws(ByteReader.Failure) in
            try SignerStatements(parsing: text)
        }
        let readme = try read(.readme)
        guard (try? UTF8Span(validating: readme.span)) != nil else {
            throw .damaged(.readme, .form)
        }
        guard let signature = try? Minisign.Signature(file: try read(.signature)) else {
            throw .damaged(.signature, .form)
        }
        self.signature = signature
        try agree(with: layout)
        let hashes: [(BundleMember, [UInt8])] = [
            (.readme, readme), (.keyring, document), (.signers, statements), (.manifest, text),
        ]
        for (member, bytes) in hashes {
            guard sums.entries.first(where: { $0.member == member })?.sha256 == SHA256.hash(bytes)
            else { throw .damaged(member, .hash) }
        }
    }

    private static func parse<Value>(
        _ bytes: [UInt8], _ member: BundleMember,
        _ body: ([UInt8]) throws(ByteReader.Failure) -> Value
    ) throws(BundleError) -> Value {
        do throws(ByteReader.Failure) {
            return try body(bytes)
        } catch {
            if member == .sums, ChecksumList.isOfOtherType(bytes) {
                throw .damaged(member, .otherType)
            }
            throw .damaged(member, .form)
        }
    }

    /// Vault, bundle, revision, epoch and members are the same wherever they stand.
    private func agree(with layout: BundleLayout) throws(BundleError) {
        func require(
            _ holds: Bool, _ member: BundleMember, _ topic: BundleError.Topic
        ) throws(BundleError) {
            guard holds else { throw .damaged(member, .disagreement(topic)) }
        }
        try require(keyring.vault == sums.vault, .keyring, .vault)
        try require(keyring.bundle == sums.bundle, .keyring, .bundle)
        try require(keyring.revision == sums.revision, .keyring, .revision)
        try require(manifest.vault == sums.vault, .manifest, .vault)
        try require(manifest.bundle == sums.bundle, .manifest, .bundle)
        try require(manifest.epoch == sums.epoch, .manifest, .epoch)
        try require(signers.vault == sums.vault, .signers, .vault)
        let comments =
            signature.trustedComment.hasSameBytes(as: sums.firstLine)
            && signature.untrustedComment.hasSameBytes(as: BundleReader.untrustedComment)
        try require(comments, .signature, .comment)

        let listed = sums.entries.filter { $0.member.isContent }
        try require(listed.count == layout.segments, .sums, .members)
        try require(manifest.members.count == layout.segments, .manifest, .members)
        for (member, entry) in zip(manifest.members, listed) {
            try require(member.member == entry.member, .manifest, .members)
            try require(member.sha256 == entry.sha256, .manifest, .hash)
            let size = layout.place(of: member.member).map { UInt64($0.size) }
            try require(size == member.size, .manifest, .size)
        }
    }
}
