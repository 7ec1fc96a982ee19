/// A vault with bundles beside it, and what must hold of them whatever interrupts a command.
extension Stage {
    var bundles: String { live + "/bundles" }
    private var other: String { live + "/other.coffer" }

    /// The files in the folder of bundles that have the name of one.
    var bundleNames: [String] {
        (Files.exists(bundles) ? Files.list(bundles) : []).filter {
            $0.hasSuffix(".coffer-bundle") && !$0.hasPrefix(".")
        }
    }

    /// What a command has left that is not finished.
    var unfinished: [String] {
        Files.tree(live).filter { $0.contains("unfinished") || $0.contains(".restoring-") }
    }

    /// The records of a vault that is sound, every byte of its files included, and its files.
    func records(of vault: String) throws -> String {
        let check = try run(["check", "--vault", vault, "--files"])
        guard check.status == 0 else { throw Trouble("\(vault): \(check)") }
        let export = try run(["export", "--vault", vault])
        guard export.status == 0 else { throw Trouble("\(vault): \(export)") }
        let files = try run(["file", "list", "--vault", vault, "--json"])
        guard files.status == 0 else { throw Trouble("\(vault): \(files)") }
        return export.output + files.output
    }

    /// Every bundle under its name is whole, signed, and opens to its last entry.
    func verifyBundles() throws -> Outcome? {
        guard !bundleNames.isEmpty else { return nil }
        return try run(["backup", "verify", bundles, "--deep"])
    }

    /// What a vault made of the bundles holds.
    func restored() throws -> String { try restored(from: bundles) }

    /// What vaults made of each of the bundles hold, by the names of these.
    func restoredEach() throws -> [String: String] {
        var found: [String: String] = [:]
        for name in bundleNames { found[name] = try restored(from: bundles + "/" + name) }
        return found
    }

    private func restored(from place: String) throws -> String {
        Files.remove(other)
        let outcome = try run(["backup", "restore", place, "--to", other])
        guard outcome.status == 0 else { throw Trouble("restore: \(outcome)") }
        let found = try records(of: other)
        Files.remove(other)
        return found
    }

    /// The names under which the vault lies that a restore puts aside, byte for byte.
    func places(of database: [UInt8]) throws -> [String] {
        try Files.list(live).filter { name in
            let file = live + "/" + name + "/vault.sqlite"
            return try name.hasPrefix("v.coffer") && Files.exists(file)
                && Files.bytes(file) == database
        }
    }
}

/// The commands about bundles, each with what it needs before.
struct BackupOperation: Sendable {
    let name: String
    /// Makes the words once the stage is set.
    let words: @Sendable (Stage) -> [String]
    var isRestore = false
    var isOver = false
    let prepare: @Sendable (Stage) throws -> Void

    static let all = [full, incremental, over, elsewhere]

    static let full = BackupOperation(
        name: "backup create", words: { ["backup", "create", "--to", $0.bundles] }
    ) { _ in }

    static let incremental = BackupOperation(
        name: "backup create, incremental", words: { ["backup", "create", "--to", $0.bundles] }
    ) { stage in
        try stage.done(["backup", "create", "--to", stage.bundles])
        try stage.done(["set", "npcs", "npc-3", "hp=-7"])
        try stage.done(["rm", "npcs", "npc-4", "--yes"])
    }

    static let over = BackupOperation(
        name: "backup restore",
        words: {
            [
                "backup", "restore", $0.bundles + "/" + ($0.bundleNames.last ?? ""), "--to",
                $0.vault, "--yes",
            ]
        }, isRestore: true, isOver: true, prepare: chain)

    static let elsewhere = BackupOperation(
        name: "backup restore elsewhere",
        words: { ["backup", "restore", $0.bundles, "--to", $0.live + "/new.coffer"] },
        isRestore: true, prepare: chain)

    /// A full bundle, another that continues it, and changes since then.
    @Sendable private static func chain(_ stage: Stage) throws {
        try incremental.prepare(stage)
        try stage.done(["backup", "create", "--to", stage.bundles])
        try stage.done(["set", "npcs", "npc-5", "hp=-9"])
    }
}
