package import CofferBytes

/// What a bundle's signature signs: `SHA256SUMS` (`Docs/Format.md`, section 18).
package struct ChecksumList: Equatable, Sendable {
    /// A member with its hash.
    package struct Entry: Equatable, Sendable {
        /// Which one.
        package let member: BundleMember
        /// Its SHA-256, 32 bytes.
        package let sha256: [UInt8]

        /// Describes a member.
        package init(_ member: BundleMember, _ sha256: [UInt8]) {
            self.member = member
            self.sha256 = sha256
        }

        /// The line as `sha256sum` writes it, with its line feed.
        package var line: String { "\(Hex.encode(sha256))  \(member.name)\n" }
    }

    /// How many members besides segments are listed: the four before them, and the manifest.
    private static let fixed = 5

    /// The vault.
    package let vault: Identifier
    /// The bundle.
    package let bundle: Identifier
    /// The revision of the keyring.
    package let revision: UInt64
    /// The epoch of the manifest.
    package let epoch: UInt64
    /// All members before this one, in order.
    package let entries: [Entry]

    /// Puts a list together.
    package init(
        vault: Identifier, bundle: Identifier, revision: UInt64, epoch: UInt64, entries: [Entry]
    ) {
        self.vault = vault
        self.bundle = bundle
        self.revision = revision
        self.epoch = epoch
        self.entries = entries
    }

    /// The most bytes that a list of so many segments can have.
    package static func largestSize(segments count: Int) -> Int {
        // The first line with two numbers of 19 digits, five lines, then 85 bytes a segment.
        min(BundleMember.sums.sizeLimit, 1_024 + 85 * max(0, count))
    }

    /// Whether the text is a list that Coffer signs, but not one of a bundle.
    ///
    /// Every such text begins with a line that says its type, so that none passes for another.
    package static func isOfOtherType(_ bytes: [UInt8]) -> Bool {
        var text = BundleText(bytes)
        return text.takes("# coffer ") && !text.takes("bundle v")
    }

    /// Reads `SHA256SUMS`.
    ///
    /// - Throws: `unknown` for another version, `limit` for what is too much, `invalid` for
    ///   every text that would be written in another way, `truncated` and `trailing`.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        guard bytes.count <= BundleMember.sums.sizeLimit else { throw .limit }
        var text = BundleText(bytes)
        try text.expect("# coffer bundle v")
        try text.version()
        try text.expect(" vault=")
        vault = try text.identifier()
        try text.expect(" bundle=")
        bundle = try text.identifier()
        try text.expect(" rev=")
        revision = try text.number()
        guard revision > 0 else { throw .invalid }
        try text.expect(" epoch=")
        epoch = try text.number()
        try text.expect("\n")
        var entries: [Entry] = []
        while entries.last?.member != .manifest {
            guard entries.count < BundleMember.segmentLimit + Self.fixed else { throw .limit }
            let hash = try text.hash()
            try text.expect("  ")
            let name = try text.text(until: UInt8(ascii: "\n"), limit: 100)
            let member = Self.next(after: entries.last?.member) {
                name.elementsEqual($0.name.utf8)
            }
            guard let member else { throw .invalid }
            try text.expect("\n")
            entries.append(Entry(member, hash))
        }
        try text.end()
        self.entries = entries
    }

    /// The first line without its line feed, which is the signature's trusted comment, too.
    package var firstLine: String {
        "# coffer bundle v1 vault=\(vault) bundle=\(bundle) rev=\(revision) epoch=\(epoch)"
    }

    /// The bytes of `SHA256SUMS`.
    package var bytes: [UInt8] {
        var text = Array("\(firstLine)\n".utf8)
        text.reserveCapacity(text.count + 86 * entries.count)
        for entry in entries { text.append(contentsOf: entry.line.utf8) }
        return text
    }

    /// The bytes whose SHA-256 is the content id.
    package var contentInput: [UInt8] {
        var input = Array("coffer/v1/content".utf8) + vault.bytes + bundle.bytes
        for entry in entries where entry.member.isContent {
            input.append(contentsOf: entry.line.utf8)
        }
        return input
    }

    /// The member that may follow `last` and that `fits`.
    private static func next(
        after last: BundleMember?, _ fits: (BundleMember) -> Bool
    ) -> BundleMember? {
        let candidates: [BundleMember] =
            switch last {
            case nil: [.readme]
            case .readme: [.keyring]
            case .keyring: [.subjects]
            case .subjects: [.signers]
            case .signers: [.records(1)]
            case .records(let number): [.records(number + 1), .manifest]
            case .manifest, .sums, .signature: []
            }
        return candidates.first(where: fits)
    }
}
