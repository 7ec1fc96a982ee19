import Foundation
import Glibc
import Synchronization

/// A vault on a stage that can be set again and again: what is in `live` is put back from
/// `pristine`, with the memory of the machine.
final class Stage: Sendable {
    let scratch: Scratch
    /// A folder in memory, as the system gives one to each user; nil where there is none.
    let runtime = try? Scratch(in: "/dev/shm")

    static let password = "the canary in the password 7Qx"
    static let nobody = 65_534

    /// Everything that commands see and change.
    var live: String { scratch.path + "/live" }
    var vault: String { live + "/v.coffer" }
    private var pristine: String { scratch.path + "/pristine" }
    var passwordFile: String { scratch.path + "/pw" }

    /// A stage with the campaign on it, made ready for an operation.
    ///
    /// - Parameter isUnlocked: Whether the vault is going to be unlocked.
    init(_ operation: Operation? = nil, isUnlocked: Bool = false) throws {
        scratch = try Scratch()
        let own = isUnlocked || operation?.name == "unlock" ? try Golden.make() : nil
        let golden = try own?.path ?? Golden.vault()
        try Files.write(Self.password, to: scratch.path + "/pw")
        try Campaign.writeInputs(to: scratch.path)
        try Files.copy(golden, to: live)
        withExtendedLifetime(own) {}
        if let operation { try operation.prepare(self) }
        try Files.copy(live, to: pristine)
    }

    /// A stage without a vault.
    init(empty: Void) throws {
        scratch = try Scratch()
        try Files.write(Self.password, to: scratch.path + "/pw")
        try Campaign.writeInputs(to: scratch.path)
        try Files.make(live)
        try Files.copy(live, to: pristine)
    }

    /// Puts everything back as it was at first.
    func reset() throws {
        Files.remove(live)
        try Files.copy(pristine, to: live)
    }

    /// The variables that the program sees.
    var environment: [String: String] {
        [
            "XDG_STATE_HOME": live + "/state", "COFFER_VAULT": vault, "HOME": live,
            "XDG_RUNTIME_DIR": runtime?.path ?? "",
        ]
    }

    /// The words of a command with the password's file.
    func words(_ command: [String]) -> [String] {
        [Machine.program]
            + command.map(filled)
            + ["--password-file", passwordFile]
    }

    /// Text in which `$` stands for the folder of the inputs.
    private func filled(_ text: String) -> String {
        text.replacingOccurrences(of: "$", with: scratch.path + "/")
    }

    /// Runs a command.
    func run(
        _ command: [String], _ fault: Fault? = nil, input: String? = nil,
        adding variables: [String: String] = [:]
    ) throws -> Outcome {
        try scratch.run(
            words(command),
            adding: environment.merging(fault?.environment ?? [:]) { $1 }
                .merging(variables.mapValues(filled)) { $1 },
            input: input.map { scratch.path + "/" + $0 } ?? "/dev/null")
    }

    /// Starts a command.
    func start(
        _ command: [String], adding variables: [String: String] = [:]
    ) throws -> Scratch.Running {
        try scratch.start(
            words(command), adding: environment.merging(variables.mapValues(filled)) { $1 })
    }

    /// Runs an operation.
    func run(_ operation: Operation, _ fault: Fault? = nil) throws -> Outcome {
        try run(
            operation.words, fault, input: operation.input, adding: operation.variables)
    }

    /// Runs a command that must succeed.
    func done(_ command: [String]) throws {
        let outcome = try run(command)
        guard outcome.status == 0 else { throw Trouble("\(command): \(outcome)") }
    }

    /// How many calls an operation makes; the stage is left as it leaves it.
    func calls(_ operation: Operation, _ kinds: Fault.Kinds = .all) throws -> Int {
        try calls(kinds) { try self.run(operation, $0) }
    }

    /// How many calls a command makes that must succeed.
    func calls(_ kinds: Fault.Kinds, _ body: (Fault) throws -> Outcome) throws -> Int {
        let report = scratch.path + "/report"
        let outcome = try body(.count(kinds, into: report))
        guard outcome.status == 0 else {
            throw Trouble("failed without a fault: \(outcome.status) \(outcome.errors)")
        }
        let text = try Files.read(report).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let count = Int(text) else { throw Trouble("no count: \(text)") }
        return count
    }

    /// What the vault holds as the program says: the counts of a sound `check`, and every record.
    ///
    /// The first command after whatever went before; the second is the export.
    ///
    /// - Parameters:
    ///   - options: Said to both.
    ///   - watching: Commands whose answers belong to it too, times aside.
    func snapshot(
        _ options: [String] = [], watching: [[String]] = []
    ) throws -> Snapshot {
        let check = try run(["check", "--json"] + options)
        guard check.status == 0 else {
            throw Trouble("check: \(check.status) \(check.output)\(check.errors)")
        }
        let export = try run(["export"] + options)
        guard export.status == 0 else { throw Trouble("export: \(export.status) \(export.errors)") }
        let watched = try watching.map { words in
            let outcome = try run(words)
            let told = outcome.output.replacing(/"\d{4}-\d\d-\d\dT[^"]*"/, with: "time")
            return "\(words): \(outcome.status) \(told)"
        }
        return Snapshot(check: check.output, records: export.output, watched: watched)
    }

    /// What was exported to files, by name.
    func exported() throws -> [String: String] {
        var found: [String: String] = [:]
        for name in Files.tree(live) where name.hasSuffix("json") {
            guard !name.contains("unfinished") else { continue }
            found[name] = try Files.read(live + "/" + name)
        }
        return found
    }

    /// The words that run a program as another user.
    static func asUser(_ user: Int) -> [String] {
        ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups"]
    }
}
