internal import Coffer
internal import CofferFormat
internal import Glibc

/// A vault for one round, gone with it.
internal final class BenchVault {
    internal let vault: Vault
    private let path: String

    internal init(at path: String, schemas: [SchemaSource]) throws {
        self.path = path
        let surroundings = Surroundings(
            stateDirectory: nil, now: { Int64(time(nil)) * 1_000 },
            bootTime: { UInt64(Report.now() / 1e6) }, bootID: nil)
        var options = Vault.CreateOptions()
        options.memory = 65_536
        options.passes = 3
        let text = Array("benchmark".utf8)
        let password = try Secret(count: text.count) { bytes in
            for index in text.indices { bytes[index] = text[index] }
        }
        _ = try Vault.create(at: path, password: password, options: options, in: surroundings)
        vault = try Vault(at: path, in: surroundings)
        try vault.unlock(password: password)
        if !schemas.isEmpty { _ = try vault.apply(schemas) }
    }

    deinit { removeAll() }

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

    /// Locks the vault and gives the size of its database.
    internal func close() throws -> Int64 {
        vault.lock()
        var status = stat()
        guard unsafe stat(path + "/vault.sqlite", &status) == 0 else {
            throw BenchFailure(what: "the database has no size")
        }
        var log = stat()
        let isLogged = unsafe stat(path + "/vault.sqlite-wal", &log) == 0
        return Int64(max(status.st_size, isLogged ? log.st_size : 0))
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
