import CofferBytes
import CofferFormat
import CofferRecords
import CofferSQLite
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// All that a vault holds and tells, to be held against what came out of its bundles.
struct BackupPicture: Equatable {
    /// Every collection: definition, key, fields, and every record in its order.
    var collections: [String] = []
    /// Every version of every record that there ever was.
    var history: [String] = []
    /// What can be put back.
    var trash: [String] = []
    /// The change feed from its beginning.
    var changes: [String] = []
    /// How long versions are kept.
    var policy: Vault.HistoryPolicy
    /// Rows that a restored vault has as they were: keys, slots, the roster.
    var rows: [String] = []
    /// The audit log, as it is sealed.
    var audit: [[UInt8]] = []
    /// The next numbers of everything.
    var counters: [String] = []
    /// The last change that can be undone.
    var change: UInt64

    init(_ vault: Vault) throws {
        policy = try vault.historyPolicy()
        change = try vault.records.read { try $0.state().change }
        var ids: [String: Set<String>] = [:]
        try vault.changes(since: 0) { change in
            changes.append(
                "\(change.number) \(change.collection) \(change.id) \(change.kind) \(change.version)"
            )
            ids[change.collection, default: []].insert(change.id)
            return true
        }
        for info in try vault.collections() {
            var text = "\(info.name) \(info.version) \(info.records) \(info.key ?? "none") "
            text += "\(info.fields) \(info.schema)\n"
            try vault.scan(info.name) { document in
                text += document.fullJSON + "\n"
                ids[info.name, default: []].insert(document.id)
                return true
            }
            collections.append(text)
        }
        for (collection, ids) in ids {
            for id in ids {
                for version in (try? vault.history(collection, id)) ?? [] {
                    let ended = version.ended.map { "\($0)" } ?? ""
                    history.append("\(version.fate) \(ended) \(version.document.fullJSON)")
                }
            }
        }
        history.sort()
        trash = try vault.trash().map { "\($0.collection) \($0.deleted) \($0.document.fullJSON)" }
        try readRows(vault)
    }

    private mutating func readRows(_ vault: Vault) throws {
        let state = try vault.records.read { try $0.state() }
        counters = state.counters.sorted { $0.key < $1.key }.map {
            "\($0.key): \($0.value.nextField) \($0.value.nextHistory)"
        }
        counters.append("\(state.nextCollection) \(state.nextKey) \(state.nextSlot)")
        let connection = vault.store.connection
        for table in ["slot", "dkey"] {
            let statement = try connection.prepare("SELECT num, seal FROM \(table) ORDER BY num")
            while try statement.step() {
                rows.append("\(table) \(statement.int64(0)) \(statement.bytes(1))")
            }
        }
        let audits = try connection.prepare("SELECT seal FROM audit ORDER BY num")
        while try audits.step() { audit.append(audits.bytes(0)) }
    }

    /// The names of the parts in which a restored vault is not as this one was.
    func differences(from restored: BackupPicture) -> [String] {
        var names: [String] = []
        if collections != restored.collections { names.append("collections") }
        if history != restored.history { names.append("history") }
        if trash != restored.trash { names.append("trash") }
        if changes != restored.changes { names.append("changes") }
        if policy != restored.policy { names.append("policy") }
        if rows != restored.rows { names.append("rows") }
        if change != restored.change { names.append("change") }
        if counters != restored.counters { names.append("counters") }
        // One entry more: that it was restored.
        if audit != Array(restored.audit.dropLast()) { names.append("audit") }
        return names
    }
}

/// A vault with a folder of bundles beside it.
final class BackupStage {
    let scratch: Scratch
    let vault: Vault
    let bundles: String
    /// What the vault was before the last bundle.
    var picture: BackupPicture?

    init(_ scratch: Scratch, _ vault: Vault) {
        self.scratch = scratch
        self.vault = vault
        bundles = scratch.path + "/bundles"
    }

    convenience init() throws {
        let scratch = try Scratch()
        try self.init(scratch, scratch.vault())
    }

    /// Writes a bundle, and keeps how the vault was.
    @discardableResult
    func backUp(full: Bool = false, to folder: String? = nil) throws -> Vault.Backup {
        let made = try vault.backUp(to: folder ?? bundles, isFull: full)
        // The note of the bundle is silent: nothing that is looked at here moves with it but the
        // audit log and the numbers of the first bundle's own collection and key.
        var picture = try BackupPicture(vault)
        picture.audit.removeLast()
        self.picture = picture
        return made
    }

    /// Makes a vault of bundles at another place.
    func restore(
        from place: String? = nil, of vault: String? = nil, until time: Int64? = nil,
        to name: String? = nil, in surroundings: Surroundings? = nil
    ) throws -> (vault: Vault, told: Bundles.Restored) {
        let path = scratch.path + "/" + (name ?? "restored-\(UUID().uuidString).coffer")
        let surroundings = surroundings ?? scratch.surroundings
        let bundles = Bundles(in: surroundings)
        let plan = try bundles.plan(from: place ?? self.bundles, of: vault, until: time)
        let told = try bundles.restore(plan, to: path, key: .password(Scratch.password()))
        let made = try Vault(at: path, in: surroundings)
        try made.unlock(password: Scratch.password())
        return (made, told)
    }

    /// Restores the newest state elsewhere, which must be what the vault was at its last bundle.
    @discardableResult
    func expectRestored(
        _ place: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Vault {
        let (made, told) = try restore(from: place)
        let found = try BackupPicture(made)
        #expect(picture?.differences(from: found) == [], sourceLocation: sourceLocation)
        #expect(told.withheld == 0, sourceLocation: sourceLocation)
        let report = try made.check()
        #expect(report.isSound, "\(report.findings)", sourceLocation: sourceLocation)
        for verdict in try verdicts() {
            #expect(verdict.word == .trusted, "\(verdict)", sourceLocation: sourceLocation)
        }
        return made
    }

    /// What every bundle of the folder is found to be when all of it is opened.
    func verdicts(deep: Bool = true) throws -> [Bundles.Verdict] {
        let bundles = Bundles(in: scratch.surroundings)
        // What a key has signed that is compromised since, only the vault can tell.
        let vault = self.vault.isUnlocked ? self.vault : nil
        return try bundles.list(self.bundles).filter { $0.kind == .bundle }.map { item in
            deep
                ? try bundles.verify(
                    item.path, key: .password(Scratch.password()), vault: vault)
                : try bundles.verify(item.path)
        }
    }

    /// Puts records, a line each.
    func put(_ collection: String, _ lines: String...) throws {
        _ = try vault.put(collection, ndjson: Array(lines.joined(separator: "\n").utf8))
    }

    /// Puts schemas in force.
    func apply(_ schemas: (String, String)...) throws {
        _ = try vault.apply(
            schemas.map { SchemaSource(name: $0.0, json: Array($0.1.utf8)) })
    }

    /// Flips a bit in the middle of a file.
    func flip(_ path: String) throws {
        let url = URL(fileURLWithPath: path)
        var bytes = try Data(contentsOf: url)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: url)
    }
}
