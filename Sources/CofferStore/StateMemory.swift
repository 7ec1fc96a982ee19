package import CofferBytes
internal import CofferCrypto
internal import CofferDisk
package import CofferFormat

/// What this machine remembers of a vault, in the user's state directory.
///
/// One file per copy of a vault, one that says which copy lay at which path, and one with this
/// device's random id. Nothing here is needed: an unreadable file is as good as none.
package final class StateMemory {
    internal let files = LocalFileSystem()
    internal let directory: String?
    internal let vault: Identifier
    internal let path: String
    private var pending: RememberedState?
    private var savedAt: Int64?
    /// The public key that signs for the vault, to be remembered with the next state.
    internal var signer: [UInt8] = []
    /// Which key that is.
    internal var signerID: Identifier?
    /// Whether it goes on the list of good ones, which stays whatever is restored in the place of
    /// the vault.
    internal var vouchesForSigner = false
    /// Whether it is on that list.
    internal var knowsSigner = false
    /// The public keys that it has followed.
    internal var formerSigners: [[UInt8]] = []
    /// Whether something could not be read or written; worth a warning, no more.
    package internal(set) var isUnreliable = false

    /// Between two writes while a vault stays open, in milliseconds.
    private static let interval: Int64 = 1_000
    /// The longest file of paths, in bytes.
    private static let pathsLimit = 1 << 20

    /// The memory of `vault` under `directory`; nil remembers nothing.
    package init(directory: String?, vault: Identifier, path: String) {
        self.directory = directory
        self.vault = vault
        self.path = path
    }

    /// What is remembered of a copy; nil for nothing.
    package func recall(_ instance: Identifier) -> RememberedState? {
        guard let file = file(instance) else { return nil }
        guard let bytes = content(file, limit: RememberedState.sizeLimit) else { return nil }
        guard let state = try? RememberedState(parsing: bytes), state.instance == instance else {
            isUnreliable = true
            return nil
        }
        return state
    }

    /// The copy of this or another vault that lay at this path the last time; nil when none is
    /// known.
    package func instanceAtPath() -> Identifier? {
        pathLines().last { $0.path == path }?.instance
    }

    /// The vault that lay at a path the last time; nil when none is known.
    package static func vault(at path: String, in directory: String) -> Identifier? {
        let bytes = try? LocalFileSystem().read(directory + "/paths", limit: pathsLimit)
        return parse(bytes ?? []).last { $0.path == path }?.vault
    }

    /// Takes note of a state that was verified; written at most once a second and at the end.
    internal func note(_ state: VaultState, digest: [UInt8], at now: Int64) {
        guard directory != nil else { return }
        let good = vouchesForSigner || knowsSigner ? signer : []
        pending = RememberedState(state: state, digest: digest, seen: now, signer: good)
        // The wall clock may be anything, and may have been set back since.
        let (passed, overflows) = now.subtractingReportingOverflow(savedAt ?? 0)
        if savedAt == nil || overflows || passed < 0 || passed >= Self.interval { save() }
    }

    /// Writes what was noted, upwards only.
    internal func save() {
        guard let pending, let directory, let file = file(pending.instance) else { return }
        self.pending = nil
        savedAt = pending.seen
        do {
            try files.createDirectories(directory)
            let lock = try files.lock(directory + "/lock", .exclusive, timeout: .seconds(2))
            defer { withExtendedLifetime(lock) {} }
            if let known = recall(pending.instance),
                (known.epoch, known.generation) > (pending.epoch, pending.generation)
            {
                return
            }
            try keep(pending.bytes, in: file)
            if vouchesForSigner { try rememberSigner() }
            try rememberPath(pending.instance)
        } catch {
            isUnreliable = true
        }
    }

    /// Makes a state the one that is remembered, even when it is older.
    internal func accept(_ state: VaultState, digest: [UInt8], at now: Int64) {
        guard let file = file(state.instance) else { return }
        try? files.unlink(file)
        note(state, digest: digest, at: now)
        savedAt = nil
        save()
    }

    /// This device's id, made at random the first time; not kept when there is no directory.
    internal func device(_ randomness: Randomness) throws -> Identifier {
        if let known { return known }
        guard let directory else {
            let made = try randomness.identifier()
            known = made
            return made
        }
        let file = directory + "/device"
        if let bytes = content(file, limit: 16), let device = Identifier(bytes) {
            known = device
            return device
        }
        let made = try randomness.identifier()
        known = made
        do {
            try keep(made.bytes, in: file)
        } catch { isUnreliable = true }
        return made
    }

    private var known: Identifier?

    private func file(_ instance: Identifier) -> String? {
        directory.map { "\($0)/\(vault)-\(instance)" }
    }

    internal var failuresFile: String? { directory.map { "\($0)/\(vault)-failures" } }

    internal var scrubFile: String? { directory.map { "\($0)/\(vault)-scrub" } }

    internal var dueFile: String? { directory.map { "\($0)/\(vault)-due" } }

    internal var provedFile: String? { directory.map { "\($0)/\(vault)-proved" } }

    internal func content(_ file: String, limit: Int) -> [UInt8]? {
        do throws(DiskError) {
            return try files.read(file, limit: limit)
        } catch {
            if error.kind != .notFound { isUnreliable = true }
            return nil
        }
    }

    /// Replaces a file by rename; not synchronized, because losing it does no harm.
    internal func keep(_ bytes: [UInt8], in file: String) throws {
        if let directory { try files.createDirectories(directory) }
        let temporary = file + ".new"
        try? files.unlink(temporary)
        let opened = try files.open(temporary, .create)
        try opened.write(bytes)
        try files.rename(temporary, to: file, .replacing)
    }

    private struct PathLine {
        let vault: Identifier
        let instance: Identifier
        let path: String
    }

    /// Lines of `vault instance path`; later ones win.
    private func pathLines() -> [PathLine] {
        guard let directory,
            let bytes = content(directory + "/paths", limit: Self.pathsLimit)
        else { return [] }
        return Self.parse(bytes)
    }

    /// The paths of all vaults that are remembered under `directory`.
    package static func paths(in directory: String) -> [String] {
        let bytes = try? LocalFileSystem().read(directory + "/paths", limit: pathsLimit)
        return parse(bytes ?? []).map(\.path)
    }

    private static func parse(_ bytes: [UInt8]) -> [PathLine] {
        bytes.split(separator: 0).compactMap { line in
            let text = String(decoding: line, as: UTF8.self)
            let parts = text.split(separator: " ", maxSplits: 2)
            guard parts.count == 3, let vault = Identifier(text: String(parts[0])),
                let instance = Identifier(text: String(parts[1]))
            else { return nil }
            return PathLine(vault: vault, instance: instance, path: String(parts[2]))
        }
    }

    private func rememberPath(_ instance: Identifier) throws {
        guard let directory else { return }
        var lines = pathLines()
        if let known = lines.first(where: { $0.path == path }), known.vault == vault,
            known.instance == instance
        {
            return
        }
        lines.removeAll { $0.path == path }
        lines.append(PathLine(vault: vault, instance: instance, path: path))
        let bytes = Self.bytes(lines)
        if bytes.count <= Self.pathsLimit { try keep(bytes, in: directory + "/paths") }
    }

    private static func bytes(_ lines: [PathLine]) -> [UInt8] {
        lines.flatMap { Array("\($0.vault) \($0.instance) \($0.path)".utf8) + [0] }
    }

    /// Forgets what lay at a path.
    internal static func forget(path: String, in directory: String) {
        let files = LocalFileSystem()
        guard let bytes = try? files.read(directory + "/paths", limit: pathsLimit) else { return }
        let lines = parse(bytes)
        guard lines.contains(where: { $0.path == path }),
            let lock = try? files.lock(directory + "/lock", .exclusive, timeout: .seconds(2))
        else { return }
        defer { withExtendedLifetime(lock) {} }
        let memory = StateMemory(
            directory: directory, vault: lines[0].vault, path: path)
        try? memory.keep(Self.bytes(lines.filter { $0.path != path }), in: directory + "/paths")
    }
}
