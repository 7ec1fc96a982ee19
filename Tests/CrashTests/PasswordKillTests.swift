import CofferSQLite
import Foundation
import Glibc
import Testing

/// `kill -9` and errors at every call of a change of the password, and of a slot's end.
@Suite(.enabled(if: Machine.hasShim)) struct PasswordKillTests {
    /// A command that changes slots, and which of the passwords open before and after.
    struct Change: Sendable, CustomTestStringConvertible {
        let name: String
        let words: [String]
        /// The files with passwords that open afterwards, of `pw`, `second` and `new`.
        let after: [String]
        /// The slot that goes; nil for none.
        let removed: Int64?
        /// What ends what the command has begun; done already where that says status 4.
        var end: [String]?

        var testDescription: String { name }

        static let all = [
            Change(
                name: "passwd",
                words: [
                    "passwd", "--new-password-file", "$new", "--kdf-memory", "64", "--kdf-passes",
                    "1",
                ], after: ["second", "new"], removed: 1),
            Change(
                name: "key remove", words: ["key", "remove", "2", "--yes"], after: ["pw"],
                removed: 2),
            Change(
                name: "key add-password",
                words: [
                    "key", "add-password", "--new-password-file", "$new", "--kdf-memory", "64",
                    "--kdf-passes", "1",
                ], after: ["pw", "second", "new"], removed: nil),
            Change(
                name: "rotate all",
                words: [
                    "rotate", "all", "--yes", "--no-recovery", "--new-password-file", "$new",
                    "--kdf-memory", "64", "--kdf-passes", "1",
                ], after: ["new"], removed: 1, end: ["rotate", "resume"]),
        ]
    }

    private static let before = ["pw", "second"]

    private func stage() throws -> Stage {
        let prepare = Operation(
            name: "slots", words: [],
            prepare: { stage in
                try Files.write("a second password", to: stage.scratch.path + "/second")
                try Files.write("a new password", to: stage.scratch.path + "/new")
                try stage.done([
                    "key", "add-password", "--new-password-file", "$second", "--kdf-memory", "64",
                    "--kdf-passes", "1",
                ])
                // Takes a safety bundle, which opens with the same.
                try stage.done(["rotate", "index", "--yes"])
            })
        return try Stage(prepare)
    }

    /// Which passwords open the vault; each says that all in it is sound, or that it is wrong.
    private func opening(_ stage: Stage, _ place: String) throws -> [String] {
        try ["pw", "second", "new"].filter { name in
            let outcome = try stage.scratch.run(
                [
                    Machine.program, "check", "--password-file", stage.scratch.path + "/" + name,
                ], adding: stage.environment)
            #expect(outcome.status == 0 || outcome.status == 3, "\(place), \(name): \(outcome)")
            return outcome.status == 0
        }
    }

    /// Where the parts of a slot lie in its row that tell it from every other: id, salt, public
    /// key, sealed secret, ephemeral key, wrapped root (section 4 of the format).
    private static let places = [1..<17, 32..<48, 48..<80, 82..<186, 202..<234, 236..<340]

    /// The parts of the slots that a change takes away.
    private func gone(_ stage: Stage, _ change: Change) throws -> [[UInt8]] {
        guard let number: Int64 = change.removed else { return [] }
        let copy = stage.scratch.path + "/copy.sqlite"
        try Files.copy(stage.vault + "/vault.sqlite", to: copy)
        let connection = try Connection(path: copy, mode: .readOnly)
        let statement = try connection.prepare("SELECT seal FROM slot WHERE num = ?1")
        try statement.bind(number, at: 1)
        guard try statement.step() else { throw Trouble("no slot \(number)") }
        let row = statement.bytes(0)
        #expect(row.count == 340)
        return Self.places.map { Array(row[$0]) }
    }

    /// The files below a folder that hold one of some byte strings.
    private func files(with parts: [[UInt8]], below folder: String) -> [String] {
        Files.tree(folder).filter { name in
            guard let bytes = try? Files.bytes(folder + "/" + name) else { return false }
            let content = Data(bytes)
            return parts.contains { content.range(of: Data($0)) != nil }
        }
    }

    @Test(arguments: Change.all)
    func exactlyTheOldOrTheNewOnesOpenAndNeverNone(_ change: Change) throws {
        let stage = try stage()
        #expect(try opening(stage, "before") == Self.before)
        try stage.reset()
        let parts = try gone(stage, change)
        #expect(files(with: parts, below: stage.live).isEmpty == parts.isEmpty)
        let total = try stage.calls(.all) { try stage.run(change.words, $0) }
        #expect(files(with: parts, below: stage.live) == [], "at the end of the command itself")
        #expect(try opening(stage, "after") == change.after)
        let points = Sample.points(total, most: 12)
        var counts = (killed: 0, before: 0, after: 0)
        for point in points {
            for fault in Machine.isThorough
                ? [Fault.kill(point), .killEarly(point)] : [Fault.kill(point)]
            {
                try stage.reset()
                let outcome = try stage.run(change.words, fault)
                if outcome.isKilled { counts.killed += 1 }
                let found = try opening(stage, "killed at \(point)")
                #expect(
                    found == Self.before || found == change.after,
                    "killed at call \(point) of \(total): \(found)")
                if found == Self.before { counts.before += 1 } else { counts.after += 1 }
                try expectSafetyBundles(openWith: found, stage, point)
                if found != Self.before {
                    let left = files(with: parts, below: stage.live)
                    #expect(left == [], "after the next command, killed at \(point)")
                }
                if let end = change.end, found == change.after {
                    try expectEnded(by: end, stage, found[0], point)
                }
                // Whatever went before, the password that stays can be changed.
                let again = try stage.scratch.run(
                    [
                        Machine.program, "passwd", "--password-file",
                        stage.scratch.path + "/" + found[0], "--new-password-file",
                        stage.scratch.path + "/" + found[0], "--kdf-memory", "64", "--kdf-passes",
                        "1", "--json",
                    ], adding: stage.environment)
                #expect(again.status == 0, "\(point): \(again)")
                #expect(again.output.contains(#""state":"done""#), "\(point): \(again)")
                #expect(try opening(stage, "again, \(point)") == found, "\(point)")
                #expect(Files.list(stage.vault) == ["vault.sqlite"], "\(point)")
            }
        }
        #expect(counts.killed >= points.count - 2)
        #expect(counts.before > 0 && counts.after > 0)
        print(
            "kill -9, \(change.name): \(total) calls, \(counts.killed) killed, "
                + "\(counts.before) before, \(counts.after) after")
    }

    /// Whatever ended the change, the safety bundles open with what opens the vault afterwards.
    private func expectSafetyBundles(
        openWith passwords: [String], _ stage: Stage, _ point: Int
    ) throws {
        let folder = stage.live + "/state/coffer/safety"
        let bundles = Files.tree(folder).filter { $0.hasSuffix(".coffer-bundle") }
        #expect(!bundles.isEmpty, "killed at \(point)")
        for bundle in bundles {
            let found = try ["pw", "second", "new"].filter { name in
                try stage.scratch.run(
                    [
                        Machine.program, "backup", "verify", "--deep", folder + "/" + bundle,
                        "--password-file", stage.scratch.path + "/" + name,
                    ], adding: stage.environment
                ).status == 0
            }
            // A password that is new opens none of before; one that is gone opens none at all.
            #expect(
                !found.isEmpty && Set(found).isSubset(of: passwords),
                "\(bundle), killed at \(point): \(found)")
        }
    }

    /// What was begun goes on to its end, and then nothing is left under a key of before.
    private func expectEnded(
        by words: [String], _ stage: Stage, _ password: String, _ point: Int
    ) throws {
        func run(_ words: [String]) throws -> Outcome {
            try stage.scratch.run(
                [Machine.program] + words + [
                    "--password-file", stage.scratch.path + "/" + password,
                ], adding: stage.environment)
        }
        let end = try run(words)
        #expect(end.status == 0 || end.status == 4, "\(point): \(end)")
        let census = try run(["key", "census", "--json"])
        #expect(census.output.contains("\"left\":0,"), "killed at \(point): \(census)")
        #expect(try run(["check"]).status == 0, "\(point)")
    }

    @Test(arguments: Change.all, [EIO, ENOSPC])
    func aFailingDiskLeavesTheOldOrTheNewOnes(_ change: Change, _ number: Int32) throws {
        let stage = try stage()
        let total = try stage.calls(.all) { try stage.run(change.words, $0) }
        var failed = 0
        for point in Sample.points(total, most: 8) {
            for isOnwards in [false, true] {
                try stage.reset()
                let outcome = try stage.run(
                    change.words, .error(number, at: point, onwards: isOnwards))
                #expect(outcome.status == 0 || outcome.status == 8, "\(point): \(outcome)")
                let found = try opening(stage, "errno \(number) at \(point)")
                #expect(
                    found == Self.before || found == change.after, "\(point): \(outcome), \(found)")
                if outcome.status == 0 { #expect(found == change.after, "\(point)") }
                if found == change.after {
                    #expect(!outcome.errors.contains("nothing was changed"), "\(point): \(outcome)")
                }
                if outcome.status != 0 { failed += 1 }
            }
        }
        #expect(failed > 0)
        print("errno \(number), \(change.name): \(total) calls, \(failed) failed")
    }
}
