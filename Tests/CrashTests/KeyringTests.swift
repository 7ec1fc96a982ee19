import Glibc
import Testing

/// The key that the kernel keeps for an unlocked vault.
@Suite(.enabled(if: Machine.hasShim && UnlockedVault.isPossible)) struct KeyringTests {
    @Test func opensInASessionAndKeyringOfItsOwn() throws {
        let vault = try UnlockedVault()
        #expect(try vault.get().status == 3)
        try vault.unlock()
        #expect(try vault.get().status == 0)
        let elsewhere = try vault.get(.surroundings(session: true))
        #expect(elsewhere.status == 0, "\(elsewhere)")
        #expect(elsewhere.output.contains(Campaign.canary))
    }

    @Test func expiresWhateverTheWallClockSays() throws {
        let vault = try UnlockedVault()
        try vault.unlock(["--for", "3s"])
        for hours in [-1, 1, -24 * 365] {
            let outcome = try vault.get(.surroundings(wall: hours * 3_600))
            #expect(outcome.status == 0, "\(hours) h: \(outcome)")
        }
        usleep(4_200_000)
        for hours in [-1, 0, -24 * 365] {
            let outcome = try vault.get(.surroundings(wall: hours * 3_600))
            #expect(outcome.status == 3 && outcome.saysOneLine, "\(hours) h: \(outcome)")
        }
        // It asks again, and an answer is taken.
        #expect(try vault.run(["get", "npcs", "npc-3"], isSecret: true).status == 0)
    }

    @Test func livesOnWithEachUseButNotForMoreThanADay() throws {
        let vault = try UnlockedVault()
        try vault.unlock()
        let step = 14 * 60
        var last = 0
        for round in 1...110 {
            let outcome = try vault.get(.surroundings(boot: round * step))
            guard outcome.status == 0 else {
                #expect(outcome.status == 3, "\(outcome)")
                break
            }
            last = round * step
        }
        #expect(last > 23 * 3_600 && last <= 24 * 3_600, "\(last) s")
        #expect(try vault.get().status == 3)
        try vault.unlock()
        #expect(try vault.get(.surroundings(boot: 15 * 60 + 2)).status == 3)
    }

    @Test func isRevokedByLockAndByLockAll() throws {
        let vault = try UnlockedVault()
        try vault.unlock()
        #expect(try vault.run(["lock"]).status == 0)
        #expect(try vault.get().status == 3)
        try vault.unlock()
        let other = try vault.another()
        try other.unlock()
        #expect(try other.get().status == 0)
        guard vault.hasOwnUser else {
            return print("skipped: lock --all, for it would lock the vaults of this user")
        }
        let all = try vault.run(["lock", "--all", "--json"])
        #expect(all.output == "{\"locked\":2}\n", "\(all)")
        #expect(try vault.get().status == 3)
        #expect(try other.get().status == 3)
    }
}

/// A vault of a user of its own, whose keyring nobody else looks into.
struct UnlockedVault {
    private let stage: Stage
    private let user: Int?

    var hasOwnUser: Bool { user != nil }

    /// Whether the kernel keeps keys here.
    static let isPossible: Bool = {
        guard let vault = try? UnlockedVault() else { return false }
        let outcome = try? vault.run(["unlock", "--for", "2s"], isSecret: true)
        if outcome?.status != 0 {
            print("skipped: the unlocked vault: \(outcome?.errors ?? "it cannot be run")")
        }
        return outcome?.status == 0
    }()

    init() throws {
        let user = Machine.canChangeUser ? Int.random(in: 100_000..<1_000_000_000) : nil
        try self.init(user)
    }

    private init(_ user: Int?) throws {
        stage = try Stage(empty: ())
        self.user = user
        if let user {
            let folder = stage.scratch.path
            try Files.change(folder, 0o755, owner: user)
            for name in Files.tree(folder) {
                try Files.change(folder + "/" + name, 0o755, owner: user)
            }
        }
        for words in [
            ["init", "$live/v.coffer", "--no-recovery", "--kdf-memory", "64", "--kdf-passes", "1"],
            ["import", "$npcs.ndjson"],
        ] {
            let outcome = try run(words, isSecret: true)
            guard outcome.status == 0 else { throw Trouble(outcome.errors) }
        }
    }

    /// Another vault of the same user.
    func another() throws -> UnlockedVault { try UnlockedVault(user) }

    /// Unlocks it with the password.
    func unlock(_ options: [String] = []) throws {
        let outcome = try run(["unlock"] + options, isSecret: true)
        guard outcome.status == 0 else { throw Trouble(outcome.errors) }
    }

    /// Asks for a record without a password.
    func get(_ fault: Fault? = nil) throws -> Outcome { try run(["get", "npcs", "npc-3"], fault) }

    /// Runs a command; where it is secret, with the password.
    func run(
        _ words: [String], _ fault: Fault? = nil, isSecret: Bool = false
    ) throws -> Outcome {
        let all = stage.words(words)
        return try stage.scratch.run(
            (user.map { Stage.asUser($0) } ?? []) + (isSecret ? all : all.dropLast(2)),
            adding: stage.environment.merging(fault?.environment ?? [:]) { $1 })
    }
}
