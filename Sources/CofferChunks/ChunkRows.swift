internal import CofferBytes
package import CofferCrypto
package import CofferDisk
package import CofferFormat
package import CofferSQLite
internal import CofferStore

/// The rows of chunks and packs, opened.
package struct ChunkRows {
    private let connection: Connection
    private let keys: ChunkKeys
    private var sealing: [UInt32: SealingKey] = [:]

    private static let chunkText = StatementText("SELECT seal FROM chunk WHERE name = ?1")
    private static let hasText = StatementText("SELECT 1 FROM chunk WHERE name = ?1")
    /// The seal of a noted place has an odd length, and no other.
    private static let freshText = StatementText(
        "SELECT 1 FROM chunk WHERE name = ?1 AND length(seal) % 2 = 0")

    /// Those that a connection reads.
    package init(_ connection: Connection, _ keys: ChunkKeys) {
        self.connection = connection
        self.keys = keys
    }

    /// Whether a chunk has a row.
    package func has(_ name: [UInt8]) throws -> Bool {
        let statement = try connection.cached(Self.hasText)
        try statement.bind(blob: name, at: 1)
        return try statement.step()
    }

    /// Whether a chunk has a row, and is not noted as needed by nobody.
    package func hasFresh(_ name: [UInt8]) throws -> Bool {
        let statement = try connection.cached(Self.freshText)
        try statement.bind(blob: name, at: 1)
        return try statement.step()
    }

    /// Where a chunk lies, and the key that it is sealed under; nil where it has no row.
    ///
    /// - Throws: `ChunkError.damaged`.
    package mutating func place(
        of name: [UInt8]
    ) throws -> (place: ChunkPlace, key: SealingKey)? {
        let statement = try connection.cached(Self.chunkText)
        try statement.bind(blob: name, at: 1)
        guard try statement.step() else { return nil }
        return try open(statement.bytes(0), name)
    }

    /// Opens the row of a chunk.
    ///
    /// - Throws: `ChunkError.damaged`.
    package mutating func open(
        _ seal: [UInt8], _ name: [UInt8]
    ) throws -> (place: ChunkPlace, key: SealingKey) {
        guard let (number, rest) = Self.parts(of: seal), let key = key(number),
            let plain = try? Cobblestone.open(
                rest, under: key, context: keys.row(name, number)),
            let place = try? ChunkPlace(parsing: plain), Self.isSound(place)
        else { throw ChunkError.damaged(name: name, "its row") }
        return (place, key)
    }

    /// Whether the sizes of a place agree with each other.
    internal static func isSound(_ place: ChunkPlace) -> Bool {
        guard case .pack(_, _, let length) = place.spot else { return true }
        return PackScan.isSound(place.coding, plain: place.plainSize, sealed: Int(length))
    }

    /// Every chunk, in the order of the names: where it lies, and the bytes that its row takes.
    ///
    /// - Throws: `ChunkError.damaged`; what `each` throws.
    package mutating func each(
        _ each: (_ name: [UInt8], _ place: ChunkPlace, _ size: Int) throws -> Void
    ) throws {
        let statement = try connection.prepare("SELECT name, seal FROM chunk ORDER BY name")
        while try statement.step() {
            let name = statement.bytes(0)
            let seal = statement.bytes(1)
            try each(name, try open(seal, name).place, name.count + seal.count)
        }
    }

    /// The chunks behind a name, in the order of the names, as they are sealed.
    package func sealed(
        after name: [UInt8], limit: Int
    ) throws -> [(name: [UInt8], seal: [UInt8])] {
        let statement = try connection.prepare(
            "SELECT name, seal FROM chunk WHERE name > ?1 ORDER BY name LIMIT ?2")
        try statement.bind(blob: name, at: 1)
        try statement.bind(Int64(limit), at: 2)
        var found: [(name: [UInt8], seal: [UInt8])] = []
        while try statement.step() { found.append((statement.bytes(0), statement.bytes(1))) }
        return found
    }

    /// The number of the key that a row names; nil for one that is too short.
    package static func key(of seal: [UInt8]) -> UInt32? { parts(of: seal)?.0 }

    /// Every pack that there is, or those whose row is under a key.
    ///
    /// - Parameter skips: Whether one whose row does not verify is left out.
    /// - Throws: `ChunkError.damagedPack`.
    package mutating func packs(
        under key: UInt32? = nil, skipping skips: Bool = false
    ) throws -> [(number: Int64, pack: PackRow)] {
        let statement = try connection.prepare("SELECT num, seal FROM pack ORDER BY num")
        var packs: [(number: Int64, pack: PackRow)] = []
        while try statement.step() {
            let number = statement.int64(0)
            if let key, Self.parts(of: statement.bytes(1))?.0 != key { continue }
            do {
                packs.append((number, try openPack(number, statement.bytes(1))))
            } catch let error as ChunkError { guard skips else { throw error } }
        }
        return packs
    }

    /// One pack; nil where there is none of that number.
    ///
    /// - Throws: `ChunkError.damagedPack`.
    package mutating func pack(_ number: Int64) throws -> PackRow? {
        let statement = try connection.prepare("SELECT seal FROM pack WHERE num = ?1")
        try statement.bind(number, at: 1)
        guard try statement.step() else { return nil }
        return try openPack(number, statement.bytes(0))
    }

    /// Opens the row of a pack.
    ///
    /// - Throws: `ChunkError.damagedPack`.
    package mutating func openPack(_ number: Int64, _ seal: [UInt8]) throws -> PackRow {
        guard let (key, rest) = Self.parts(of: seal), let opening = self.key(key),
            let plain = try? Cobblestone.open(
                rest, under: opening, context: keys.pack(number, key)),
            let row = try? PackRow(parsing: plain)
        else { throw ChunkError.damagedPack(number) }
        return row
    }

    /// The first eight bytes of the name of every chunk that is not noted, as numbers.
    package func beginnings() throws -> Set<UInt64> {
        let statement = try connection.prepare("SELECT name FROM chunk WHERE length(seal) % 2 = 0")
        var all: Set<UInt64> = []
        while try statement.step() { all.insert(KnownChunks.beginning(of: statement.bytes(0))) }
        return all
    }

    /// The packs that are gone or too short: what lies in them is as good as not stored.
    ///
    /// - Throws: As ``packs()``; `ChunkError.disk`.
    package mutating func brokenPacks(
        vault: String, on disk: any FileSystem = LocalFileSystem()
    ) throws -> Set<Int64> {
        let folder = PackWriter.folder(of: vault)
        var broken: Set<Int64> = []
        for (number, pack) in try packs() {
            let found: FileStatus?
            do throws(DiskError) {
                found = try disk.status(PackWriter.path(of: pack.id, in: folder))
            } catch { throw ChunkError.disk(error) }
            if found?.kind != .regular || found?.size ?? 0 < Int64(clamping: pack.length) {
                broken.insert(number)
            }
        }
        return broken
    }

    /// Whether a chunk has a row, and where that says it is there is something.
    ///
    /// - Parameter allowsNoted: Whether one that is noted as needed by nobody counts: only for who
    ///   has found it before it was noted.
    /// - Throws: `SQLiteError`. A row that does not verify counts as none.
    package mutating func isThere(
        _ name: [UInt8], without broken: Set<Int64>, allowsNoted: Bool = false
    ) throws -> Bool {
        // Nearly always all packs are there, and then the row says enough.
        guard !broken.isEmpty else {
            return try allowsNoted ? has(name) : hasFresh(name)
        }
        guard let place = try? place(of: name)?.place, allowsNoted || place.noted == nil
        else { return false }
        guard case .pack(let number, _, _) = place.spot else { return true }
        return !broken.contains(number)
    }

    private mutating func key(_ number: UInt32) -> SealingKey? {
        if let known = sealing[number] { return known }
        let key = keys.sealing(number)
        sealing[number] = key
        return key
    }

    /// The number of the key in front of a seal, and the seal.
    internal static func parts(of seal: [UInt8]) -> (UInt32, [UInt8])? {
        guard seal.count > 4 else { return nil }
        return (seal.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }, Array(seal.dropFirst(4)))
    }
}
