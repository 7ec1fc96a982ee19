import CofferBundles
import CofferCare
import CofferDisk
import CofferFormat
import Foundation
import Testing

@testable import Coffer

/// A bundle in the middle of a chain that cannot be read, or is away, for as long as a pruning lasts.
@Suite struct PruneGapTests {
    /// F, I1 to I4, another full one and one that continues that; what each restores to.
    private struct Scene {
        let stage: BackupStage
        let paths: [String]
        let states: [[String: String]]

        init() throws {
            stage = try BackupRoundTripTests.stage()
            var paths: [String] = []
            var states: [[String: String]] = []
            for number in 0..<7 {
                try stage.put("people", "{\"id\":\"n\(number)\",\"letter\":\"l\"}")
                paths.append(try stage.backUp(full: number == 5).path)
                states.append(try stage.vault.lines())
            }
            self.paths = paths
            self.states = states
        }

        var names: [String] { paths.map { DiskPath.name(of: $0) } }

        func isThere(_ number: Int) -> Bool {
            FileManager.default.fileExists(atPath: paths[number])
        }

        /// Every one of them is there, and restores to what it held.
        func expectAll(sourceLocation: SourceLocation = #_sourceLocation) throws {
            for (path, state) in zip(paths, states) {
                let restored = try stage.restore(from: path).vault
                #expect(try restored.lines() == state, sourceLocation: sourceLocation)
            }
        }

        func prune(last: UInt64 = 3, isTried: Bool = false) throws -> Vault.Pruning {
            try stage.vault.pruneBundles(
                in: stage.bundles, by: PruneMergeTests.policy(stage.bundles, last: last),
                isTried: isTried)
        }

        /// Prunes from a disk of its own.
        func prune(on disk: any FileSystem, isTried: Bool) throws -> BackupPrune.Outcome {
            var policy = CofferCare.BackupPolicy(folders: [stage.bundles])
            (policy.keepLast, policy.keepHourly, policy.keepDaily, policy.keepWeekly) = (3, 0, 0, 0)
            let prune = BackupPrune(stage.vault.records, policy, disk: disk)
            return isTried ? try prune.plan(stage.bundles) : try prune.run(stage.bundles)
        }

        /// Once nothing is wrong any more, the three newest stay, and hold what they held.
        func expectPruned(sourceLocation: SourceLocation = #_sourceLocation) throws {
            let pruned = try prune()
            #expect(pruned.refused.isEmpty, "\(pruned.refused)", sourceLocation: sourceLocation)
            #expect((pruned.kept, pruned.needed) == (3, 0), sourceLocation: sourceLocation)
            #expect(pruned.merged.count == 1, sourceLocation: sourceLocation)
            for (path, state) in zip(pruned.merged + paths[5...], states[4...]) {
                let restored = try stage.restore(from: path).vault
                #expect(try restored.lines() == state, sourceLocation: sourceLocation)
            }
        }
    }

    /// Where the sealed records of a bundle lie in its file.
    private func records(_ path: String) throws -> Range<Int64> {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let name = try #require(
            bytes.range(of: Data("records-00001.seal".utf8), in: 4_096..<bytes.count))
        return Int64(name.lowerBound + 600)..<Int64(name.lowerBound + 700)
    }

    @Test(arguments: [false, true])
    func aDiskThatFailsEndsThePruningAndCostsNothing(isOpened: Bool) throws {
        let scene = try Scene()
        let part = isOpened ? try records(scene.paths[2]) : nil
        for isTried in [true, false] {
            let disk = UnreadableDisk(scene.paths[2], part: part)
            #expect(throws: DiskError(isOpened ? .read : .open, scene.paths[2], .io)) {
                _ = try scene.prune(on: disk, isTried: isTried)
            }
            #expect(disk.count > 0)
        }
        try scene.expectAll()
        try scene.expectPruned()
    }

    /// What is wrong with the third bundle, and which words name it.
    struct Trouble: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let words: String
        let isNamed: Bool
        let make: @Sendable (String) throws -> Void

        static let all = [
            Trouble(testDescription: "away", words: "is not in the folder", isNamed: false) {
                try FileManager.default.removeItem(atPath: $0)
            },
            Trouble(testDescription: "half", words: "cannot be read", isNamed: true) {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: $0))
                try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: $0))
            },
            Trouble(testDescription: "being copied", words: "not in the folder", isNamed: false) {
                try FileManager.default.moveItem(atPath: $0, toPath: $0 + ".part")
            },
            Trouble(testDescription: "damaged", words: "is damaged", isNamed: true) { path in
                let url = URL(fileURLWithPath: path)
                var bytes = try Data(contentsOf: url)
                let name = try #require(bytes.range(of: Data("records-00001.seal".utf8)))
                bytes[name.lowerBound + 700] ^= 1
                try bytes.write(to: url)
            },
        ]
    }

    @Test(arguments: Trouble.all)
    func whatABundleInTheMiddleContinuesStaysUntilItIsBack(_ trouble: Trouble) throws {
        let scene = try Scene()
        let good = try Data(contentsOf: URL(fileURLWithPath: scene.paths[2]))
        try trouble.make(scene.paths[2])
        let named = (trouble.isNamed ? [2, 3, 4] : [3, 4]).map { scene.paths[$0] }
        for isTried in [true, false] {
            let pruned = try scene.prune(isTried: isTried)
            #expect(Set(pruned.refused.map(\.path)) == Set(named), "\(pruned.refused)")
            #expect(pruned.refused.count == named.count)
            for one in pruned.refused where one.path != scene.paths[2] {
                #expect(one.reason.contains(scene.names[2]) && one.reason.contains(trouble.words))
            }
            #expect(pruned.removed.isEmpty && pruned.merged.isEmpty, "\(pruned)")
            // The second full one, what continues it, and the last before the gap.
            #expect((pruned.kept, pruned.needed) == (3, 1))
        }
        for number in [0, 1, 3, 4, 5, 6] { #expect(scene.isThere(number)) }
        try good.write(to: URL(fileURLWithPath: scene.paths[2]))
        try scene.expectAll()
        try scene.expectPruned()
    }

    /// What may not be read will not be read next time: it is named, and ends nothing.
    @Test func whatMayNotBeReadIsNamedAndWhatItContinuesStays() throws {
        let scene = try Scene()
        let disk = UnreadableDisk(scene.paths[4], .permission)
        let pruned = try scene.prune(on: disk, isTried: false)
        #expect(pruned.refused.map(\.path) == [scene.paths[4]], "\(pruned.refused)")
        #expect(pruned.removed.isEmpty && pruned.merged.isEmpty)
        try scene.expectAll()
        try scene.expectPruned()
    }

    /// Nothing needs it, but it may be mended, or read from a better copy.
    @Test func theDamagedEndOfAChainKeepsWhatItContinues() throws {
        let scene = try Scene()
        let damage = try #require(Trouble.all.last)
        let good = try Data(contentsOf: URL(fileURLWithPath: scene.paths[4]))
        try damage.make(scene.paths[4])
        let pruned = try scene.prune()
        #expect(pruned.refused.map(\.path) == [scene.paths[4]], "\(pruned.refused)")
        #expect(pruned.removed.isEmpty && pruned.merged.isEmpty)
        try good.write(to: URL(fileURLWithPath: scene.paths[4]))
        try scene.expectAll()
    }

    @Test func whoeverGivesUpABundleRemovesWhatNeedsItToo() throws {
        let scene = try Scene()
        try FileManager.default.removeItem(atPath: scene.paths[2])
        #expect(try scene.prune().refused.count == 2)
        for number in [3, 4] { try FileManager.default.removeItem(atPath: scene.paths[number]) }
        let pruned = try scene.prune()
        #expect(pruned.refused.isEmpty, "\(pruned.refused)")
        #expect((pruned.kept, pruned.needed) == (3, 0))
        #expect(Set(pruned.removed) == Set(scene.paths[...1]))
        #expect(pruned.merged.count == 1)
        for path in pruned.merged {
            #expect(try scene.stage.restore(from: path).vault.lines() == scene.states[1])
        }
    }

    /// The copy that prunes lists what is away; who continues that it does not know.
    @Test func whatAnotherCopyHasMadeNeedsWhatIsAway() throws {
        let stage = try BackupRoundTripTests.stage()
        var paths: [String] = []
        for number in 0..<3 {
            try stage.put("people", "{\"id\":\"n\(number)\"}")
            paths.append(try stage.backUp().path)
        }
        let lines = try stage.vault.lines()
        var around = stage.scratch.surroundings
        around.stateDirectory = stage.scratch.path + "/other-state"
        let other = BackupStage(stage.scratch, try stage.restore(in: around).vault)
        for name in ["theirs", "more"] {
            try other.put("people", "{\"id\":\"\(name)\"}")
            try other.backUp(full: true)
        }
        let away = stage.scratch.path + "/away"
        try FileManager.default.moveItem(atPath: paths[1], toPath: away)
        let pruned = try other.vault.pruneBundles(
            in: stage.bundles, by: PruneMergeTests.policy(stage.bundles))
        #expect(pruned.removed.count == 1 && pruned.merged.isEmpty, "\(pruned)")
        #expect(FileManager.default.fileExists(atPath: paths[0]))
        try FileManager.default.moveItem(atPath: away, toPath: paths[1])
        #expect(try stage.restore(from: paths[2]).vault.lines() == lines)
    }

    @Test func whatOpensWithTheRootOfBeforeIsNamedAndLeftAlone() throws {
        let scene = try Scene()
        _ = try scene.stage.vault.rotateRoot()
        for isTried in [true, false] {
            let pruned = try scene.prune(isTried: isTried)
            #expect(pruned.refused.map(\.path) == [scene.paths[4]], "\(pruned.refused)")
            #expect(pruned.refused.first?.reason.contains("coffer backup rekey") == true)
            #expect(pruned.removed.isEmpty && pruned.merged.isEmpty)
            #expect((pruned.kept, pruned.needed) == (3, 4))
        }
        try scene.expectAll()
        // Whoever prunes by the clock is not told that it failed.
        try scene.stage.vault.setBackupPolicy(
            {
                var policy = PruneMergeTests.policy(scene.stage.bundles, last: 4)
                policy.every = 1
                return policy
            }())
        try scene.stage.put("people", #"{"id":"late"}"#)
        var done: [Vault.TaskResult] = []
        try scene.stage.vault.maintain { done.append($0) }
        let prune = try #require(done.first { $0.task.kind == "prune" })
        #expect(!prune.isBad, "\(prune.result)")
        #expect(prune.result.contains("stay as they are"), "\(prune.result)")
        try scene.stage.vault.rekeyBundles(in: scene.stage.bundles) { _ in }
        let pruned = try scene.prune(last: 4)
        #expect(pruned.refused.isEmpty && pruned.kept == 4, "\(pruned)")
        for path in pruned.merged { _ = try scene.stage.restore(from: path) }
        for number in [5, 6] {
            let restored = try scene.stage.restore(from: scene.paths[number]).vault
            #expect(try restored.lines() == scene.states[number])
        }
    }

    /// The bundle that would have to continue the new one opens with the root of before.
    @Test func whatCannotBeMadeToContinueAnotherKeepsWhatItContinues() throws {
        let scene = try Scene()
        _ = try scene.stage.vault.rotateRoot()
        let rekey = BackupRekey(scene.stage.vault.records)
        for path in scene.paths[..<4] { _ = try rekey.run(BundleReader(at: path)) }
        for isTried in [true, false] {
            // The fourth and the fifth stay, and what they continue would be merged.
            let pruned = try scene.prune(last: 4, isTried: isTried)
            #expect(pruned.refused.map(\.path) == [scene.paths[4]], "\(pruned.refused)")
            #expect(pruned.removed.isEmpty && pruned.merged.isEmpty, "\(pruned)")
            #expect((pruned.kept, pruned.needed) == (4, 3))
        }
        try scene.expectAll()
        _ = try rekey.run(BundleReader(at: scene.paths[4]))
        let pruned = try scene.prune(last: 4)
        #expect(pruned.refused.isEmpty && pruned.merged.count == 1, "\(pruned)")
        #expect((pruned.kept, pruned.needed) == (4, 0))
        for number in 4..<7 {
            let restored = try scene.stage.restore(from: scene.paths[number]).vault
            #expect(try restored.lines() == scene.states[number])
        }
    }
}
