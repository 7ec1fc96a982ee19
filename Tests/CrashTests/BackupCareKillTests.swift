import Foundation
import Glibc
import Testing

/// `kill -9` at every call, full disks and failing ones while bundles are cared for.
///
/// Whatever happens to it, every bundle under its name is whole, the folder restores to what was
/// backed up last, and the vault holds what it held.
@Suite(.enabled(if: Machine.hasShim)) struct BackupCareKillTests {
    static let operations = [
        BackupOperation(
            name: "backup rekey", words: { ["backup", "rekey", $0.bundles] }, prepare: chains),
        BackupOperation(
            name: "backup prune",
            words: {
                [
                    "backup", "prune", $0.bundles, "--keep-last", "1", "--keep-hourly", "0",
                    "--keep-daily", "0", "--keep-weekly", "0", "--yes",
                ]
            }, prepare: chains),
        BackupOperation(
            name: "backup prune, between",
            words: {
                [
                    "backup", "prune", $0.bundles, "--keep-last", "3", "--keep-hourly", "0",
                    "--keep-daily", "0", "--keep-weekly", "0", "--yes",
                ]
            }, prepare: longChain),
        BackupOperation(
            name: "backup prune, files",
            words: {
                [
                    "backup", "prune", $0.bundles, "--keep-last", "2", "--keep-hourly", "0",
                    "--keep-daily", "0", "--keep-weekly", "0", "--yes",
                ]
            }, prepare: filedChain),
        BackupOperation(
            name: "backup drill",
            words: { ["backup", "drill", $0.bundles, "--in", $0.live + "/room"] },
            prepare: chains),
    ]

    /// A full bundle with one that continues it, and the same again; the vault as the last has it.
    @Sendable private static func chains(_ stage: Stage) throws {
        try BackupOperation.incremental.prepare(stage)
        try stage.done(["backup", "create", "--to", stage.bundles])
        try stage.done(["set", "npcs", "npc-5", "hp=-9"])
        try stage.done(["backup", "create", "--to", stage.bundles, "--full"])
        try stage.done(["set", "npcs", "npc-5", "hp=-8"])
        try stage.done(["backup", "create", "--to", stage.bundles])
    }

    /// A full bundle with four that continue each other after it.
    @Sendable private static func longChain(_ stage: Stage) throws {
        try BackupOperation.incremental.prepare(stage)
        for health in 1...4 {
            try stage.done(["set", "npcs", "npc-5", "hp=-\(health)"])
            try stage.done(["backup", "create", "--to", stage.bundles])
        }
    }

    /// A full bundle with three that continue each other after it, each with a file more.
    @Sendable private static func filedChain(_ stage: Stage) throws {
        var state: UInt64 = 7
        for number in 1...4 {
            let bytes = (0..<150_000 / 8).flatMap { _ in
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return (0..<8).map { UInt8(truncatingIfNeeded: state >> ($0 * 8)) }
            }
            let path = stage.scratch.path + "/file-\(number).bin"
            try Data(bytes).write(to: URL(filePath: path))
            try stage.done(["file", "add", path])
            if number == 3 { try stage.done(["file", "rm", "file-1.bin"]) }
            try stage.done(["backup", "create", "--to", stage.bundles])
        }
    }

    private struct Scene {
        let stage: Stage
        let words: [String]
        let records: String
        let name: String

        init(_ operation: BackupOperation) throws {
            name = operation.name
            stage = try Stage(
                Operation(name: operation.name, words: [], prepare: operation.prepare))
            words = operation.words(stage)
            records = try stage.records(of: stage.vault)
            try stage.reset()
        }

        /// How many bundles there are when it is done.
        var left: Int {
            switch name {
            case "backup prune": 1
            case "backup prune, files": 2
            case "backup prune, between": 3
            default: 4
            }
        }

        func calls(_ kinds: Fault.Kinds) throws -> Int {
            try stage.reset()
            return try stage.calls(kinds) { try stage.run(words, $0) }
        }

        func expectWhole(_ place: String) throws {
            #expect((left...6).contains(stage.bundleNames.count), "\(place)")
            let verified = try stage.verifyBundles()
            #expect(verified?.status == 0, "\(place): \(String(describing: verified))")
            #expect(try stage.records(of: stage.vault) == records, "\(place)")
            #expect(try stage.restored() == records, "\(place)")
            let again = try stage.run(words)
            #expect(again.status == 0, "\(place): \(again)")
            #expect(stage.unfinished == [], "\(place)")
            let room = stage.live + "/room"
            #expect(!Files.exists(room) || Files.list(room) == [], "\(place)")
            #expect(stage.bundleNames.count == left, "\(place)")
            #expect(try stage.verifyBundles()?.status == 0, "\(place)")
            #expect(try stage.restored() == records, "\(place)")
        }
    }

    @Test(arguments: operations.indices)
    func aKillLeavesWholeBundles(_ index: Int) throws {
        let scene = try Scene(Self.operations[index])
        let total = try scene.calls(.all)
        var killed = 0
        let points = Sample.points(total, most: scene.left < 4 ? 14 : 8)
        for point in points {
            try scene.stage.reset()
            let outcome = try scene.stage.run(scene.words, .kill(point))
            if outcome.isKilled { killed += 1 }
            #expect(outcome.isKilled || outcome.status == 0, "\(point): \(outcome)")
            #expect(scene.stage.readable == [], "\(point)")
            try scene.expectWhole("killed at call \(point) of \(total)")
        }
        #expect(killed >= points.count - 2)
        print("kill -9, \(scene.name): \(total) calls, \(killed) of \(points.count) killed")
    }

    /// The same for each bundle that stays, merged ones and those that continue them.
    @Test(arguments: [1, 2, 3])
    func aKillLeavesEveryBundleThatStaysWithWhatItHeld(_ index: Int) throws {
        let scene = try Scene(Self.operations[index])
        let before = try scene.stage.restoredEach()
        let states = before.sorted { $0.key < $1.key }.map(\.value)
        #expect(Set(states).count == states.count)
        let total = try scene.calls(.all)
        var (killed, restored) = (0, 0)
        let points = Sample.points(total, most: 5)
        for point in points {
            let place = "killed at call \(point) of \(total)"
            try scene.stage.reset()
            if try scene.stage.run(scene.words, .kill(point)).isKilled { killed += 1 }
            let left = try scene.stage.restoredEach()
            for (name, state) in left {
                #expect(before[name].map { $0 == state } ?? states.contains(state), "\(place)")
            }
            #expect(try scene.stage.run(scene.words).status == 0, "\(place)")
            let after = try scene.stage.restoredEach()
            // Each of them once.
            #expect(after.count == scene.left, "\(place)")
            #expect(Set(after.values).count == scene.left, "\(place)")
            #expect(Set(after.values).isSubset(of: states), "\(place)")
            for (name, state) in after where before[name] != nil {
                #expect(before[name] == state, "\(place)")
            }
            for state in after.values { #expect(left.values.contains(state), "\(place)") }
            restored += left.count + after.count
        }
        #expect(killed >= points.count - 2)
        print("kill -9, \(scene.name), every bundle: \(killed) killed, \(restored) restored")
    }

    @Test(arguments: operations.indices)
    func aDiskThatFailsLeavesWholeBundles(_ index: Int) throws {
        let scene = try Scene(Self.operations[index])
        var counts = (points: 0, done: 0, failed: 0)
        let ways: [(String, Fault.Kinds, (Int) -> Fault)] = [
            ("full from then on", .growth, { .error(ENOSPC, at: $0, .growth, onwards: true) }),
            ("failing sync", .syncs, { .error(EIO, at: $0, .syncs) }),
        ]
        for (name, kinds, fault) in ways {
            let total = try scene.calls(kinds)
            for point in Sample.points(total, most: 4) {
                let place = "\(name), call \(point) of \(total)"
                try scene.stage.reset()
                let outcome = try scene.stage.run(scene.words, fault(point))
                counts.points += 1
                if outcome.status == 0 { counts.done += 1 } else { counts.failed += 1 }
                #expect(outcome.status == 0 || outcome.status == 8, "\(place): \(outcome)")
                try scene.expectWhole(place)
            }
        }
        #expect(counts.points > 0)
        print("failing disks, \(scene.name): \(counts)")
    }
}
