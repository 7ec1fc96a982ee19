internal import Coffer
internal import CofferFormat
internal import CofferSQLite
internal import Glibc

/// A vault for one round, gone with it.
internal final class BenchVault {
    /// The cheapest password hash that is allowed: memory in KiB, and passes.
    internal static let memory: UInt32 = 65_536
    internal static let passes: UInt32 = 3

    internal private(set) var vault: Vault
    private let path: String
    private let surroundings: Surroundings

    internal init(at path: String, schemas: [SchemaSource]) throws {
        self.path = path
        surroundings = Surroundings(
            stateDirectory: nil, now: { Int64(time(nil)) * 1_000 },
            bootTime: { UInt64(Report.now() / 1e6) }, bootID: nil)
        var options = Vault.CreateOptions()
        options.memory = Self.memory
        options.passes = Self.passes
        let password = try Self.password()
        _ = try Vault.create(at: path, password: password, options: options, in: surroundings)
        vault = try Vault(at: path, in: surroundings)
        try vault.unlock(password: password)
        if !schemas.isEmpty { _ = try vault.apply(schemas) }
    }

    deinit { removeAll() }

    private static func password() throws -> Secret {
        let text = Array("benchmark".utf8)
        return try Secret(count: text.count) { bytes in
            for index in text.indices { bytes[index] = text[index] }
        }
    }

    /// Opens the vault anew and unlocks it.
    internal func openAgain() throws {
        vault = try Vault(at: path, in: surroundings)
        try vault.unlock(password: try Self.password())
    }

    /// Somebody else's vault on the same files, unlocked.
    internal func another() throws -> Vault {
        let other = try Vault(at: path, in: surroundings)
        try other.unlock(password: try Self.password())
        return other
    }

    /// Looks up values of the first indexed field, in milliseconds each.
    internal func lookups(_ tables: Tables) throws -> [Double] {
        guard let (collection, field, values) = tables.indexedValues() else { return [] }
        return try values.map { value in
            let start = Report.now()
            let found = try vault.find(
                collection, field, equals: String(decoding: JSON.write(value), as: UTF8.self))
            guard !found.isEmpty else { throw BenchFailure(what: "a look-up found nothing") }
            return (Report.now() - start) / 1e6
        }
    }

    /// The size of the database, with everything in it that is on its log.
    internal func size() throws -> Int64 {
        let connection = try Connection(path: path + "/vault.sqlite")
        _ = try connection.checkpoint(.truncate)
        var status = stat()
        guard unsafe stat(path + "/vault.sqlite", &status) == 0 else {
            throw BenchFailure(what: "the database has no size")
        }
        return Int64(status.st_size)
    }

    private func removeAll() {
        for name in ["vault.sqlite", "vault.sqlite-wal", "vault.sqlite-shm"] {
            _ = unsafe unlink(path + "/" + name)
        }
        _ = unsafe rmdir(path)
    }
}

/// What went wrong with a measurement.
internal struct BenchFailure: Error {
    internal let what: String
}
