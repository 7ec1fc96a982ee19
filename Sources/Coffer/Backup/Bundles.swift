internal import CofferBundles
internal import CofferBytes
internal import CofferCare
internal import CofferCrypto
internal import CofferDisk
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferStore

/// The bundles of a folder: what they are, whether they are whole, and vaults made of them.
///
/// None of it needs a vault. Trust comes from outside a bundle: from a public key, from what this
/// machine remembers, or from a password or recovery key of the bundle's time.
public struct Bundles: Sendable {
    internal let surroundings: Surroundings
    /// What unlocked vaults say of their bundles.
    internal var witnesses: [BundleWitness] = []

    /// Looks at bundles from the surroundings of a program.
    public init(in surroundings: Surroundings) { self.surroundings = surroundings }

    /// Looks at bundles from the surroundings of a program, and asks an unlocked vault about those
    /// of its own: which signing keys were retired as compromised it may know better than a machine
    /// that has not seen it before.
    ///
    /// The vault is asked once, here; it may be locked or replaced afterwards.
    ///
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/damaged``.
    public init(in surroundings: Surroundings, asking vault: Vault) throws(VaultError) {
        self.surroundings = surroundings
        witnesses = [try vault.holding { try vault.records.read { try BundleWitness($0) } }]
    }

    /// What opens the keys of a bundle.
    public enum Key: ~Copyable, Sendable {
        /// A password of the vault at the time of the bundle.
        case password(Secret)
        /// A password of that time with the keyfile that belongs to it.
        case passwordWithKeyfile(PasswordWithKeyfile)
        /// A recovery key of the vault at the time of the bundle.
        case recoveryKey(Secret)
    }

    /// A password and the keyfile that belongs to it.
    public struct PasswordWithKeyfile: ~Copyable, Sendable {
        internal let password: Secret
        internal let keyfile: Keyfile

        /// Puts both together.
        public init(_ password: consuming Secret, _ keyfile: Keyfile) {
            self.password = password
            self.keyfile = keyfile
        }
    }

    /// A file in a folder of bundles.
    public struct Item: Sendable {
        /// What a file is.
        public enum Kind: String, Sendable {
            /// A bundle that can be read, though nothing of it is verified.
            case bundle
            /// A bundle by its name, which cannot be read.
            case unreadable
            /// A bundle that was being written when the program ended.
            case unfinished
            /// A copy that a sync service made of a conflict.
            case conflictCopy = "conflict-copy"
            /// A bundle that is being copied, or was.
            case partial
        }

        /// Its path.
        public let path: String
        /// What it is.
        public let kind: Kind
        /// How many bytes it has.
        public let bytes: UInt64
        /// Why it cannot be read.
        public let problem: String?
        /// What it says of itself; nil unless it is a bundle that can be read.
        public let facts: Facts?
    }

    /// What a bundle says of itself; believe it after
    /// ``Bundles/verify(_:signer:key:vault:progress:)``.
    public struct Facts: Sendable {
        /// The vault, a UUID.
        public let vault: String
        /// The bundle's id, a UUID.
        public let id: String
        /// Whether it holds everything.
        public let isFull: Bool
        /// When it was made, in milliseconds since 1970.
        public let created: Int64
        /// The epoch of the vault.
        public let epoch: UInt64
        /// The generation of the vault.
        public let generation: UInt64
        /// The last change of the vault.
        public let sequence: UInt64
        /// How many records it holds.
        public let records: UInt64
        /// How many records the vault had.
        public let recordsOfVault: UInt64
        /// How many bundles a restore of it needs, itself counted; 0 where one is missing.
        public let chain: Int
        /// The path of the bundle that it continues; nil for a full one, or where that is missing.
        public let parent: String?
        /// The name that the key which signed it calls itself.
        public let signer: String
        /// How many passwords open it, alone or with a keyfile.
        public let passwords: Int
        /// How many recovery keys open it.
        public let recoveryKeys: Int
    }

    /// Everything in a folder whose name is that of a bundle, or of a piece or copy of one, in the
    /// order in which bundles were made.
    ///
    /// - Throws: ``VaultError/Code/noFile``, ``VaultError/Code/usage`` for a file,
    ///   ``VaultError/Code/storage``.
    public func list(_ folder: String) throws(VaultError) -> [Item] {
        try Self.refuseFile(folder)
        return try catching {
            let chain = try BundleChain(in: folder)
            return chain.items.map { Item($0, chain) }.sorted {
                ($0.facts?.created ?? .max, $0.path) < ($1.facts?.created ?? .max, $1.path)
            }
        }
    }
}

extension Bundles {
    /// Refuses a file where a folder is meant.
    ///
    /// - Throws: ``VaultError/Code/usage``.
    internal static func refuseFile(_ path: String) throws(VaultError) {
        guard let found = try? LocalFileSystem().status(path), found.kind == .regular else {
            return
        }
        throw VaultError(.usage, "\(path) is a file; name a folder here")
    }
}

extension Bundles.Item {
    internal init(_ item: BundleChain.Item, _ chain: BundleChain) {
        path = item.path
        bytes = item.size
        problem = item.problem
        facts = item.bundle.map { Bundles.Facts($0, chain) }
        kind =
            switch item.kind {
            case .bundle: item.bundle == nil ? .unreadable : .bundle
            case .unfinished: .unfinished
            case .conflictCopy: .conflictCopy
            case .partial, .other: .partial
            }
    }
}

extension Bundles.Facts {
    internal init(_ bundle: BundleReader, _ chain: BundleChain) {
        let manifest = bundle.manifest
        let needed = (try? chain.chain(of: bundle)) ?? []
        vault = manifest.vault.description
        id = manifest.bundle.description
        isFull = manifest.kind == .full
        created = manifest.created
        epoch = manifest.epoch
        generation = manifest.generation
        sequence = manifest.sequence
        records = manifest.entries.records
        recordsOfVault = manifest.live.records
        self.chain = needed.count
        parent = needed.dropFirst().first?.path
        signer = bundle.signerName
        let slots = bundle.slotKinds
        passwords = slots.passwords
        recoveryKeys = slots.recoveryKeys
    }
}
