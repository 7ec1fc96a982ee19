internal import CofferBytes
internal import CofferCrypto
package import CofferDisk
internal import CofferFormat
package import CofferStore

/// Tries whether a chain of bundles would have saved its vault: restores it into a temporary
/// place, checks all of it, holds it against what the bundle promised, and removes it.
package struct BackupDrill {
    /// What was restored for the trial.
    package struct Result: Sendable {
        /// How many records.
        package let records: UInt64
        /// How many older versions.
        package let history: UInt64
        /// How many entries were left out because their person was erased.
        package let withheld: UInt64
    }

    private let restore: BackupRestore
    private let environment: Environment
    private let disk: any FileSystem

    /// Prepares one.
    ///
    /// - Parameter progress: Hears how many entries are read, and how many there are; throws to
    ///   cancel.
    package init(
        _ chain: VerifiedChain, environment: Environment,
        disk: any FileSystem = LocalFileSystem(),
        progress: @escaping (UInt64, UInt64) throws -> Void = { _, _ in }
    ) {
        restore = BackupRestore(
            chain, environment: environment, disk: disk, progress: progress)
        self.environment = environment
        self.disk = disk
    }

    private static let prefix = ".coffer-drill-"

    /// Tries it in a folder, in which nothing is left afterwards.
    ///
    /// - Throws: As a restore does; that says why the chain would not have saved the vault.
    package func run(in folder: String) throws -> Result {
        let missing = try missing(above: folder)
        try disk.createDirectories(folder)
        // What was made for it goes with it; a folder that somebody else uses meanwhile stays.
        defer { for made in missing { try? disk.removeDirectory(made) } }
        try sweep(folder)
        let suffix = Hex.encode(try environment.randomness.bytes(4))
        let place = DiskPath.join(folder, Self.prefix + suffix)
        try disk.makeDirectory(place)
        let lock = try disk.lock(place + "/lock", .exclusive, timeout: .zero)
        defer {
            try? disk.removeTree(place)
            withExtendedLifetime(lock) {}
        }
        let facts = try restore.fill(place, above: BackupRestore.Floor())
        return Result(
            records: facts.records, history: facts.history, withheld: facts.withheld)
    }

    /// The folders that are not there, the deepest first.
    private func missing(above folder: String) throws -> [String] {
        var missing: [String] = []
        var next = folder
        while try !disk.exists(next) {
            missing.append(next)
            let parent = DiskPath.parent(of: next)
            guard parent != next else { break }
            next = parent
        }
        return missing
    }

    /// Removes what an interrupted one has left.
    private func sweep(_ folder: String) throws {
        for name in try disk.list(folder) where name.hasPrefix(Self.prefix) {
            let left = DiskPath.join(folder, name)
            guard let lock = try? disk.lock(left + "/lock", .exclusive, timeout: .zero) else {
                continue
            }
            withExtendedLifetime(lock) { try? disk.removeTree(left) }
        }
    }
}
