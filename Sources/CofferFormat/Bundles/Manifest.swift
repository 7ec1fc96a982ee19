package import CofferBytes

/// What a bundle is: `manifest.json` (`Docs/Format.md`, section 18).
package struct Manifest: Equatable, Sendable {
    /// How much of the vault a bundle has.
    package enum Kind: String, Sendable {
        /// Everything.
        case full
        /// What changed since its parent.
        case incremental
    }

    /// How many entries of each kind there are.
    package struct Counts: Equatable, Sendable {
        /// Records.
        package var records: UInt64
        /// Older versions.
        package var history: UInt64
        /// Tombstones.
        package var tombstones: UInt64
        /// Audit entries.
        package var audit: UInt64
        /// File chunks.
        package var chunks: UInt64

        /// Counts entries.
        package init(
            records: UInt64 = 0, history: UInt64 = 0, tombstones: UInt64 = 0, audit: UInt64 = 0,
            chunks: UInt64 = 0
        ) {
            self.records = records
            self.history = history
            self.tombstones = tombstones
            self.audit = audit
            self.chunks = chunks
        }
    }

    /// A sealed member with its size and hash.
    package struct Member: Equatable, Sendable {
        /// Which one.
        package let member: BundleMember
        /// Its bytes.
        package let size: UInt64
        /// Its SHA-256, 32 bytes.
        package let sha256: [UInt8]

        /// Describes a member.
        package init(_ member: BundleMember, size: UInt64, sha256: [UInt8]) {
            self.member = member
            self.size = size
            self.sha256 = sha256
        }
    }

    /// The vault.
    package let vault: Identifier
    /// The copy of the vault that it was taken from.
    package let instance: Identifier
    /// The bundle's own id.
    package let bundle: Identifier
    /// How much it has.
    package let kind: Kind
    /// The content id of the bundle that this one continues, 32 bytes; nil in a full one.
    package let parent: [UInt8]?
    /// The id of the bundle key.
    package let key: Identifier
    /// The vault's epoch at the instant of the bundle.
    package let epoch: UInt64
    /// The vault's generation at that instant.
    package let generation: UInt64
    /// The parent's `sequence`; 0 in a full bundle.
    package let after: UInt64
    /// The vault's sequence at that instant.
    package let sequence: UInt64
    /// When it was made, in milliseconds since 1970.
    package let created: Int64
    /// How many entries its stream has.
    package let entries: Counts
    /// How many the vault had.
    package let live: Counts
    /// The sealed members, in order.
    package let members: [Member]
    /// The digest of the content, 32 bytes.
    package let digest: [UInt8]
    /// The head of the audit log, 32 bytes.
    package let audit: [UInt8]

    /// Describes a bundle; a clock before 1970 counts as 1970.
    package init(
        vault: Identifier, instance: Identifier, bundle: Identifier, kind: Kind,
        parent: [UInt8]?, key: Identifier, epoch: UInt64, generation: UInt64, after: UInt64,
        sequence: UInt64, created: Int64, entries: Counts, live: Counts, members: [Member],
        digest: [UInt8], audit: [UInt8]
    ) {
        self.vault = vault
        self.instance = instance
        self.bundle = bundle
        self.kind = kind
        self.parent = parent
        self.key = key
        self.epoch = epoch
        self.generation = generation
        self.after = after
        self.sequence = sequence
        self.created = max(0, created)
        self.entries = entries
        self.live = live
        self.members = members
        self.digest = digest
        self.audit = audit
    }
}
