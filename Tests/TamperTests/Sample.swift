import Coffer
import CofferBytes
import CofferCrypto
import CofferFormat
import CofferKeys
import CofferRecords
import CofferStore
import Foundation

/// A small vault of every kind of thing, with its root key, as it is now and as it was before.
final class Sample: Sendable {
    /// The vault's id.
    let vault: Identifier
    /// The root key.
    let root: RootKey
    /// `vault.sqlite` now, and a good number of changes earlier.
    let now: [UInt8]
    let before: [UInt8]
    /// The log that led from the earlier file to a later one.
    let log: [UInt8]
    /// Another vault's file and log, under the same password.
    let other: [UInt8]
    let otherLog: [UInt8]
    /// What is true: for each collection, by id, everything that is shown of a record.
    let truth: [String: [Identifier: String]]
    /// What the earlier file held.
    let truthBefore: [String: [Identifier: String]]
    /// What was true after each change since then.
    let states: [[String: [Identifier: String]]]
    private let recoveryText: [UInt8]

    /// Made once; every attack works on a copy.
    static let shared = Result { try Sample() }

    private init() throws {
        let place = try Place()
        var recovery: [UInt8] = []
        let path = place.path + "/a"
        try Self.make(path) { recovery = $0 }
        recoveryText = recovery
        do {
            let vault = try Self.open(path)
            _ = try vault.apply(SampleContent.schemas)
            for (name, lines) in SampleContent.first {
                _ = try vault.put(name, ndjson: Array(lines.utf8))
            }
        }
        before = try Place.read(path + "/vault.sqlite")
        var logs: [[UInt8]] = []
        do {
            let vault = try Self.open(path)
            func keepLog() throws { logs.append(try Place.read(path + "/vault.sqlite-wal")) }
            for (name, lines) in SampleContent.second {
                _ = try vault.put(name, ndjson: Array(lines.utf8))
                try keepLog()
            }
            for (name, keys) in SampleContent.removed {
                _ = try vault.remove(name, keys)
                try keepLog()
            }
            _ = try vault.apply(SampleContent.laterSchemas)
            try keepLog()
        }
        log = logs.last ?? []
        now = try Place.read(path + "/vault.sqlite")
        let otherPath = place.path + "/b"
        try Self.make(otherPath) { _ in }
        do {
            let vault = try Self.open(otherPath)
            _ = try vault.apply(SampleContent.schemas)
            _ = try vault.put("houses", ndjson: Array(SampleContent.foreign.utf8))
            otherLog = try Place.read(otherPath + "/vault.sqlite-wal")
        }
        other = try Place.read(otherPath + "/vault.sqlite")
        let copy = try Place()
        try copy.put(now)
        // Closed before the file changes under it.
        let (vault, root) = try Self.rootKey(of: copy)
        self.vault = vault
        self.root = root
        func everything() throws -> [String: [Identifier: String]] {
            let store = try Store(
                opening: copy.path, isReadOnly: false, environment: Self.environment())
            try store.unlock(root: root)
            return try Examiner.everything(in: Records(store))
        }
        truth = try everything()
        try copy.put(before)
        truthBefore = try everything()
        var states: [[String: [Identifier: String]]] = []
        for log in logs {
            try copy.put(before, log: log)
            states.append(try everything())
        }
        self.states = states
    }

    /// An environment that remembers under `state`, or nothing.
    static func environment(state: String? = nil) -> Environment {
        Environment(
            now: { Int64(Date().timeIntervalSince1970 * 1_000) }, randomness: .system,
            stateDirectory: state)
    }

    /// The surroundings of whole vaults.
    static func surroundings(state: String? = nil) -> Surroundings {
        Surroundings(
            stateDirectory: state, now: { Int64(Date().timeIntervalSince1970 * 1_000) },
            bootTime: { DispatchTime.now().uptimeNanoseconds / 1_000_000 }, bootID: nil)
    }

    /// The cheapest cost that this build allows.
    static var cost: (memory: UInt32, passes: UInt32) {
        #if DEBUG || COFFER_TEST_FLOOR
        (64, 1)
        #else
        (65_536, 3)
        #endif
    }

    /// A secret that opens the vault or not.
    static func secret(_ bytes: [UInt8]) throws -> Secret {
        try Secret(count: bytes.count) { secret in
            for index in bytes.indices { secret[index] = bytes[index] }
        }
    }

    static let password = Array("correct horse".utf8)

    /// The recovery key as its owner has it.
    func recoveryKey() throws -> Secret { try Self.secret(recoveryText) }

    /// The recovery key as bytes.
    func recoverySecret() throws -> SecretBytes {
        try RecoveryKey.decode(Self.bytes(recoveryText))
    }

    static func bytes(_ bytes: [UInt8]) -> SecretBytes {
        SecretBytes(count: bytes.count) { target in
            for index in bytes.indices { target[index] = bytes[index] }
        }
    }

    static func make(_ path: String, recovery: ([UInt8]) -> Void) throws {
        var options = Vault.CreateOptions()
        options.memory = cost.memory
        options.passes = cost.passes
        let made = try Vault.create(
            at: path, password: secret(password), options: options, in: surroundings())
        switch made.recoveryKey {
        case .some(let key):
            recovery(key.withBytes { bytes in bytes.indices.map { bytes[$0] } })
        case .none: recovery([])
        }
    }

    static func open(_ path: String, state: String? = nil) throws -> Vault {
        let vault = try Vault(at: path, in: surroundings(state: state))
        try vault.unlock(password: secret(password))
        return vault
    }

    private static func rootKey(of place: Place) throws -> (Identifier, RootKey) {
        let store = try Store(opening: place.path, isReadOnly: false, environment: environment())
        let row = try SlotRow(parsing: store.slots()[0].seal)
        let opened = try Slots.open(
            row, password: Passphrase(opening: bytes(password)), vault: store.header.vault)
        return (store.header.vault, opened.root)
    }
}
