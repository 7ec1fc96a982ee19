internal import CofferBytes
internal import CofferCrypto
internal import CofferDisk
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferSchema
internal import CofferStore

extension Vault {
    /// How a vault is made.
    public struct CreateOptions: Sendable {
        /// Memory of the password hash in KiB; at least 65,536.
        public var memory: UInt32?
        /// Passes of the password hash, at least 3; nil to take about 0.7 seconds.
        public var passes: UInt32?
        /// Whether there is a recovery key.
        public var hasRecoveryKey = true
        /// The starter schema, `campaign` or `club`.
        public var template: String?

        /// The usual: calibrated password hash, a recovery key, no collections.
        public init() {}
    }

    /// A vault that was just made.
    public struct Created: ~Copyable {
        /// The vault's id.
        public let id: String
        /// Its directory.
        public let path: String
        /// The recovery key as text, to be printed once; nil when there is none.
        public let recoveryKey: Secret?
        /// The public key that signs for the vault, in minisign's form.
        public let signer: String
    }

    /// The names of the starter schemas.
    public static var templates: [String] { StarterSchemas.names }

    /// Makes a vault in the directory `path`, which must not exist.
    ///
    /// It is built under another name beside it, opened again with the password, and only then
    /// renamed: whatever interrupts it, there is a whole vault at `path` or nothing.
    ///
    /// - Throws: ``VaultError/Code/exists``, ``VaultError/Code/invalid`` for a password that
    ///   cannot be used, ``VaultError/Code/refusedLimit``, ``VaultError/Code/full``,
    ///   ``VaultError/Code/storage``.
    public static func create(
        at path: String, password: borrowing Secret, options: CreateOptions,
        in surroundings: Surroundings
    ) throws(VaultError) -> Created {
        if let template = options.template, !templates.contains(template) {
            throw VaultError(
                .usage, "there is no template \(template); there are campaign and club")
        }
        return try build(path, password, options, surroundings)
    }

    private static func build(
        _ path: String, _ password: borrowing Secret, _ options: CreateOptions,
        _ surroundings: Surroundings
    ) throws(VaultError) -> Created {
        var made: Created?
        var building: String?
        do {
            let files = LocalFileSystem()
            if try files.exists(path) { throw StoreError.exists(path: path) }
            let parent = DiskPath.parent(of: path)
            try files.createDirectories(parent)
            try sweep(parent, for: path, files)
            let passphrase = try Passphrase(setting: password.bytes)
            let randomness = Randomness.system
            let suffix = Hex.encode(try randomness.bytes(4))
            let staging = path + ".making-" + suffix
            building = staging
            let root = try RootKey(randomness)
            try files.makeDirectory(staging)
            let lock = try files.lock(staging + "/lock", .exclusive, timeout: .zero)
            do {
                made = try fill(
                    staging, path, passphrase, password, root, options, surroundings, randomness)
                try files.unlink(staging + "/lock")
                withExtendedLifetime(lock) {}
                try files.synchronizeTree(staging)
                try files.rename(staging, to: path, .refusing)
                // Somebody who was sweeping may have made it anew.
                try? files.unlink(path + "/lock")
                try files.synchronizeDirectory(parent)
                // Opened at its own path, it is remembered there, in place of what lay there before;
                // where that fails, the next opening does it.
                Store.forget(path: path, in: surroundings.stateDirectory)
                if let store = try? Store(
                    opening: path, isReadOnly: false, environment: surroundings.environment)
                {
                    try? store.unlock(root: root)
                    store.lock()
                }
            } catch {
                try? files.removeTree(staging)
                throw error
            }
        } catch let error as DiskError where building.map(error.path.hasPrefix) == true {
            // Nobody knows the other name. When several make the vault at once, one wins; what a
            // second one sees of it depends on the moment.
            let isRace = [.exists, .busy, .notFound].contains(error.kind)
            throw VaultError(
                isRace
                    ? StoreError.exists(path: path)
                    : DiskError(error.operation, path, error.kind, code: error.code))
        } catch { throw VaultError(error) }
        guard let made else { throw VaultError(.unexpected, "the vault was not made") }
        return made
    }

    private static func fill(
        _ staging: String, _ path: String, _ passphrase: borrowing Passphrase,
        _ password: borrowing Secret, _ root: RootKey, _ options: CreateOptions,
        _ surroundings: Surroundings, _ randomness: Randomness
    ) throws -> Created {
        let cost = try cost(options, surroundings)
        let vault = try randomness.identifier()
        let first = Store.NewSlot(
            made: try Slots.make(
                password: passphrase, cost: cost, root: root, vault: vault,
                randomness: randomness),
            label: "password")
        // Nothing under the other name is remembered; the first opening at its own path is.
        var unremembered = surroundings
        unremembered.stateDirectory = nil
        var shown: Secret?
        if options.hasRecoveryKey {
            let key = try randomness.secret(RootKey.size)
            let recovery = Store.NewSlot(
                made: try Slots.make(
                    recoveryKey: key, root: root, vault: vault, randomness: randomness),
                label: "recovery key")
            shown = Secret(RecoveryKey.encode(key))
            try Store.create(
                in: staging, vault: vault, root: root, password: first,
                recovery: consume recovery,
                environment: unremembered.environment)
        } else {
            try Store.create(
                in: staging, vault: vault, root: root, password: first, recovery: nil,
                environment: unremembered.environment)
        }
        // Proved by opening before it gets its name.
        let proof = try Vault(at: staging, in: unremembered)
        try proof.unlock(password: password)
        if let template = options.template, let schemas = StarterSchemas.named(template) {
            _ = try proof.apply(
                schemas.map { SchemaSource(name: $0.name, json: Array($0.text.utf8)) })
        }
        let signer = try proof.signer()
        return Created(id: vault.description, path: path, recoveryKey: shown, signer: signer)
    }

    private static func cost(
        _ options: CreateOptions, _ surroundings: Surroundings
    ) throws -> Argon2id.Parameters {
        let standard = Argon2id.Parameters.standard
        let memory = options.memory ?? standard.memoryKiB
        if let passes = options.passes {
            return try Argon2id.Parameters(
                memoryKiB: UInt64(memory), passes: UInt64(passes), lanes: UInt64(standard.lanes))
        }
        return try Argon2id.calibrate(
            targetMilliseconds: 700, memoryKiB: UInt64(memory)
        ) { surroundings.bootTime() * 1_000_000 }
    }

    /// Removes what an interrupted attempt has left beside `path`.
    private static func sweep(_ parent: String, for path: String, _ files: LocalFileSystem) throws {
        let prefix = DiskPath.name(of: path) + ".making-"
        for name in try files.list(parent) where name.hasPrefix(prefix) {
            let left = DiskPath.join(parent, name)
            // Whoever is still at it holds the lock.
            guard let lock = try? files.lock(left + "/lock", .exclusive, timeout: .zero) else {
                continue
            }
            // Or has given it up, and is about to give the vault its name: of two renamings one
            // succeeds, so that nothing is removed of a vault that has its name.
            let mark = "~"
            let swept = left.hasSuffix(mark) ? left : left + mark
            withExtendedLifetime(lock) {
                guard swept == left || (try? files.rename(left, to: swept, .refusing)) != nil
                else { return }
                try? files.removeTree(swept)
            }
        }
    }
}
