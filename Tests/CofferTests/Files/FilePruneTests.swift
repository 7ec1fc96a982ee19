import CofferBundles
import CofferRecords
import Foundation
import Testing

@testable import Coffer

/// Bundles that hold files and are merged: what stays has the bytes of every file of its time.
@Suite struct FilePruneTests {
    /// A vault whose bundles are written one after another, and what files it had at each.
    private final class History {
        let files: FileStage
        let clock = PruneMergeTests.Clock()
        let vault: Vault
        let bundles: String
        var now: [String: [UInt8]] = [:]
        var then: [Int64: [String: [UInt8]]] = [:]
        var surroundings: Surroundings

        /// - Parameter isStrong: Whether the slots are such as the independent reader takes.
        init(isStrong: Bool = false) throws {
            files = try FileStage()
            files.vault.lock()
            surroundings = files.scratch.surroundings
            let clock = clock
            surroundings.now = { clock.now }
            var path = files.vault.path
            if isStrong {
                var options = Scratch.options
                (options.memory, options.passes) = (65_536, 3)
                path = files.scratch.path + "/strong.coffer"
                _ = try Vault.create(
                    at: path, password: Scratch.password(), options: options, in: surroundings)
            }
            vault = try Vault(at: path, in: surroundings)
            try vault.unlock(password: Scratch.password())
            bundles = files.scratch.path + "/bundles"
        }

        func add(_ name: String, _ bytes: [UInt8]) throws {
            let path = try files.write(name, bytes)
            var options = Files.AddOptions()
            options.isReplacing = true
            try vault.files.add([NewFile(at: path, as: name)], options: options) {
                #expect($0.file != nil)
            }
            now[name] = bytes
        }

        func remove(_ name: String, isForgetting: Bool = false) throws {
            try vault.files.remove([name])
            now[name] = nil
            guard isForgetting else { return }
            // Nothing of it is kept but its chunks, which are stored as long as nobody sweeps.
            let policy = try vault.historyPolicy()
            try vault.set(Vault.HistoryPolicy(days: 0, versions: 0))
            try vault.set(policy)
        }

        @discardableResult
        func backUp() throws -> Vault.Backup {
            clock.advance(hours: 8)
            let made = try vault.backUp(to: bundles)
            then[clock.now] = now
            return made
        }

        func prune(last: UInt64, daily: UInt64 = 0) throws -> Vault.Pruning {
            try vault.pruneBundles(
                in: bundles, by: PruneMergeTests.policy(bundles, last: last, daily: daily))
        }

        var facts: [Bundles.Facts] {
            get throws { try Bundles(in: surroundings).list(bundles).compactMap(\.facts) }
        }

        /// Every bundle is trusted to its last entry, and gives back the files of its time.
        func expectEachRestored() throws {
            let bundles = Bundles(in: surroundings)
            for fact in try facts {
                let path = files.scratch.path + "/\(UUID().uuidString).coffer"
                let plan = try bundles.plan(from: self.bundles, until: fact.created)
                let told = try bundles.restore(plan, to: path, key: .password(Scratch.password()))
                #expect(told.created == fact.created)
                let restored = try Vault(at: path, in: surroundings)
                try restored.unlock(password: Scratch.password())
                #expect(try restored.check(files: 1).isSound)
                let expected = try #require(then[fact.created])
                var names: Set<String> = []
                try restored.files.list {
                    names.insert($0.name)
                    return true
                }
                #expect(names == Set(expected.keys))
                for (name, bytes) in expected {
                    #expect(try files.read(name, of: restored) == bytes, "\(name)")
                }
                try FileManager.default.removeItem(atPath: path)
            }
            for item in try bundles.list(self.bundles) {
                let verdict = try bundles.verify(
                    item.path, key: .password(Scratch.password()))
                #expect(verdict.word == .trusted, "\(verdict)")
            }
            _ = try bundles.drill(
                try bundles.plan(from: self.bundles), in: files.scratch.path,
                key: .password(Scratch.password()))
        }
    }

    /// A full one, one with changed bytes, one with less files, one with other files.
    private func history(isStrong: Bool = false) throws -> History {
        let history = try History(isStrong: isStrong)
        for (name, bytes) in [
            ("maps/keep.png", FileStage.bytes(900_000)), ("rules.txt", FileStage.text(300_000)),
            ("tiny", [1, 2, 3]), ("empty", []), ("gone", FileStage.bytes(200_000, seed: 5)),
        ] { try history.add(name, bytes) }
        try history.backUp()
        try history.add(
            "maps/keep.png", FileStage.bytes(900_000) + FileStage.bytes(90_000, seed: 2))
        try history.backUp()
        try history.remove("tiny")
        try history.remove("gone", isForgetting: true)
        try history.backUp()
        try history.add("again", FileStage.text(300_000))
        try history.add("new", FileStage.bytes(120_000, seed: 8))
        try history.backUp()
        return history
    }

    @Test func aFullOneWithFilesGoesAndWhatStaysIsFull() throws {
        let history = try history()
        let before = try history.facts
        let pruned = try history.prune(last: 1)
        #expect(pruned.refused.isEmpty, "\(pruned.refused)")
        #expect((pruned.kept, pruned.needed, pruned.removed.count) == (1, 0, 4))
        let after = try history.facts
        #expect(after.map(\.chain) == [1] && after.map(\.isFull) == [true])
        #expect(after[0].created == before[3].created)
        try history.expectEachRestored()
        #expect(try history.vault.check(files: 1).isSound)
        // What comes after it goes on from it, with the chunks that are new.
        try history.add("later", FileStage.bytes(70_000, seed: 9))
        let next = try history.backUp()
        #expect(!next.isFull && next.chunks > 0)
        try history.expectEachRestored()
    }

    /// A chunk of which no file says anything at the instant of the new bundle, and one does later.
    @Test func aChunkThatALaterBundleUsesAgainIsCarried() throws {
        let history = try history()
        let first = try history.vault.files.stats().chunks
        try history.add("back", FileStage.bytes(200_000, seed: 5))
        let back = try history.backUp()
        #expect(try history.vault.files.stats().chunks == first)
        #expect(back.chunks == 0)
        let pruned = try history.prune(last: 2)
        #expect(pruned.refused.isEmpty, "\(pruned.refused)")
        #expect((pruned.kept, pruned.merged.count) == (2, 1))
        #expect(try history.facts.map(\.chain) == [1, 2])
        try history.expectEachRestored()
    }

    /// Three bundles a day for four days, of which days stay.
    @Test func whatLiesBetweenIsMergedWithItsFiles() throws {
        let history = try History()
        var dice = CodingDice(seed: 11)
        for number in 0..<12 {
            let size = Int(dice.next() % 200_000)
            try history.add("f\(number % 7)", FileStage.bytes(size, seed: UInt64(number + 1)))
            if number % 3 == 2 {
                let name = "f\(dice.next() % 7)"
                if history.now[name] != nil {
                    try history.remove(name, isForgetting: number % 2 == 0)
                }
            }
            try history.backUp()
        }
        let pruned = try history.prune(last: 1, daily: 3)
        #expect(pruned.refused.isEmpty, "\(pruned.refused)")
        #expect(pruned.merged.count >= 2)
        let after = try history.facts
        #expect((3...4).contains(after.count))
        #expect(after.map(\.chain) == Array(1...after.count))
        try history.expectEachRestored()
        try history.add("f0", FileStage.text(70_000))
        #expect(try !history.backUp().isFull)
        try history.expectEachRestored()
    }

    @Test func aFlippedByteOfAFileIsFoundBeforeAnythingGoes() throws {
        let history = try history()
        let path = try #require(try Bundles(in: history.surroundings).list(history.bundles).first)
            .path
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: path))
        let before = try FileManager.default.contentsOfDirectory(atPath: history.bundles).sorted()
        let pruned = try history.prune(last: 1)
        #expect(pruned.removed.isEmpty && pruned.merged.isEmpty && !pruned.refused.isEmpty)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: history.bundles).sorted() == before)
    }

    @Test(.enabled(if: IndependentReader.python != nil))
    func theReaderTakesTheFilesOutOfAMergedBundle() throws {
        let history = try history(isStrong: true)
        _ = try history.prune(last: 2)
        history.vault.lock()
        let secret = try history.files.scratch.write("secret", "correct horse\n")
        let out = history.files.scratch.path + "/out"
        let outcome = try IndependentReader.run(
            "", ["files", history.bundles, "--password-file", secret, "--export", out])
        try #require(outcome.status == 0, "\(outcome.output)")
        for (name, bytes) in history.now {
            #expect(try Data(contentsOf: URL(filePath: out + "/" + name)) == Data(bytes), "\(name)")
        }
    }
}
