import CofferSQLite
import Foundation
import Testing

@testable import Coffer

/// The key of chunks is changed while files are read, and nothing is left under the one of before.
@Suite struct FileRotationTests {
    private func stage() throws -> (FileStage, [String: [UInt8]]) {
        let stage = try FileStage()
        let files = [
            "maps/keep.png": FileStage.bytes(2_500_000), "rules.txt": FileStage.text(700_000),
            "tiny": [1, 2, 3], "note.txt": FileStage.text(3_000), "empty": [],
        ]
        for (name, bytes) in files { try stage.write(name, bytes) }
        for name in files.keys.sorted() { try stage.add([name]) }
        return (stage, files)
    }

    private func expect(
        _ stage: FileStage, holds files: [String: [UInt8]], of other: Vault? = nil
    ) throws {
        for (name, bytes) in files {
            #expect(try stage.read(name, of: other) == bytes, "\(name)")
        }
        #expect(try (other ?? stage.vault).check(files: 1).isSound)
    }

    private func oldKeys(_ vault: Vault) throws -> [Vault.KeyCount] {
        try vault.keyCensus().filter { $0.purpose == "chunks" && $0.state != "active" }
    }

    @Test func nothingIsLeftUnderTheKeyOfBefore() throws {
        let (stage, files) = try stage()
        let vault = stage.vault
        let folder = stage.scratch.path + "/bundles"
        _ = try vault.backUp(to: folder)
        let (packs, chunks) = (try stage.packs(), try vault.files.stats().chunks)
        _ = try vault.rotateRoot()
        #expect(try oldKeys(vault).map(\.chunks) == [chunks])
        let done = try vault.rotateKeys(.chunks)
        #expect(done.isOver && done.isScrubbed && done.damaged == [] && done.moved == chunks)
        #expect(try oldKeys(vault).isEmpty)
        #expect(try vault.keyRotationUnderWay() == nil)
        #expect(try Set(stage.packs()).isDisjoint(with: packs))
        #expect(try vault.files.stats().chunks == chunks)
        try expect(stage, holds: files)
        try expect(stage, holds: files, of: try stage.scratch.open())
        // Chunks are what they were: no bundle needs them once more, and none is stored again.
        #expect(try vault.backUp(to: folder).chunks == 0)
        try stage.write("copy", files["maps/keep.png"] ?? [])
        #expect(try stage.add(["copy"])[0].newChunks == 0)
        let again = try vault.rotateKeys(.chunks)
        #expect(again.isOver && again.isScrubbed && again.moved == chunks)
        try expect(stage, holds: files)
    }

    @Test func aVaultWithoutFilesHasNothingToMove() throws {
        let scratch = try Scratch()
        let done = try scratch.vault().rotateKeys(.chunks)
        #expect(done.isOver && done.isScrubbed && done.moved == 0)
    }

    @Test func aRotationOfEverythingTakesChunksAlong() throws {
        let (stage, files) = try stage()
        let packs = try stage.packs()
        _ = try stage.vault.rotateAll(
            to: Scratch.password("another"), hasRecoveryKey: false,
            options: {
                var cheap = Vault.SlotOptions()
                (cheap.memory, cheap.passes) = (64, 1)
                return cheap
            }())
        #expect(try oldKeys(stage.vault).count == 1)
        let done = try stage.vault.rotateKeys(.all)
        #expect(done.isOver && done.isScrubbed)
        #expect(
            try stage.vault.keyCensus().filter { $0.state == "retiring" }.map(\.purpose)
                == ["audit"])
        #expect(try Set(stage.packs()).isDisjoint(with: packs))
        try expect(stage, holds: files)
    }

    /// Ended after each step, with others at work in between.
    @Test func itGoesOnAfterEachStepWhileOthersWork() throws {
        struct Enough: Error {}
        var (stage, files) = try stage()
        let other = try stage.scratch.open()
        var (round, pauses) = (0, 0)
        while round < 60 {
            round += 1
            var calls = 0
            do {
                let done = try stage.vault.rotateKeys(.chunks) { _, _ in
                    calls += 1
                    if calls > round { throw Enough() }
                }
                #expect(done.isOver && done.isScrubbed)
                break
            } catch { pauses += 1 }
            #expect(try other.keyRotationStatus()?.kind == .chunks)
            let name = "added-\(round)"
            files[name] = FileStage.bytes(70_000, seed: UInt64(round) + 90)
            try stage.write(name, files[name] ?? [])
            try other.files.add([NewFile(at: stage.source + "/" + name, as: name)]) {
                #expect($0.outcome == .added)
            }
            if round % 3 == 0 {
                try other.files.remove(["added-\(round - 1)"])
                files["added-\(round - 1)"] = nil
                _ = try other.emptyTrash()
                _ = try other.files.sweep()
            }
            for (name, bytes) in files { #expect(try stage.read(name, of: other) == bytes) }
        }
        #expect(pauses > 3 && round < 60)
        #expect(try oldKeys(stage.vault).isEmpty)
        try expect(stage, holds: files)
    }

    /// Whoever reads keeps the packs of before, and the rotation is over when it has ended.
    @Test func whoReadsMeanwhileReadsOn() throws {
        let (stage, files) = try stage()
        let other = try stage.scratch.open()
        let before = try stage.packs()
        var (found, done): ([UInt8], Vault.KeyRotation?) = ([], nil)
        try other.files.read("maps/keep.png") { bytes in
            if done == nil { done = try stage.vault.rotateKeys(.chunks) }
            found += bytes
        }
        #expect(found == files["maps/keep.png"])
        #expect(done?.isOver == true && done?.isScrubbed == false)
        #expect(try Set(before).isSubset(of: stage.packs()))
        #expect(try stage.vault.keyRotationStatus()?.phase == "scrubbing")
        #expect(try stage.vault.rotateKeys(.chunks).isScrubbed)
        #expect(try Set(before).isDisjoint(with: stage.packs()))
        try expect(stage, holds: files)
    }

    @Test func whoAddsWithTheKeyOfBeforeIsToldToComeAgain() throws {
        let (stage, _) = try stage()
        let other = try stage.scratch.open()
        let bytes = FileStage.bytes(400_000, seed: 33)
        var (offset, isRotated) = (0, false)
        let source = NewFile(named: "late") { count in
            if !isRotated {
                isRotated = true
                let done = try stage.vault.rotateKeys(.chunks)
                #expect(done.isOver)
            }
            defer { offset = min(bytes.count, offset + count) }
            return Array(bytes[offset..<min(bytes.count, offset + count)])
        }
        let late = FileStage.code { try other.files.add([source]) { _ in } }
        #expect(late == .busy)
        offset = 0
        try other.files.add([source]) { #expect($0.outcome == .added) }
        #expect(try stage.read("late") == bytes)
        #expect(try stage.vault.check(files: 1).isSound)
        _ = try stage.vault.files.sweep()
        #expect(try stage.vault.check(files: 1).isSound)
    }

    private func flip(_ path: String, at offset: Int) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: UInt64(offset))
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: [byte ^ 1])
        try file.close()
    }

    @Test func whatDoesNotOpenIsRefusedOrPassedOver() throws {
        let (stage, files) = try stage()
        let vault = stage.vault
        let pack = try #require(try stage.packs().first)
        try flip(pack, at: 1_000_000)
        let victims = files.keys.filter { name in
            FileStage.code { _ = try stage.read(name) } != nil
        }
        #expect(victims.count == 1)
        #expect(FileStage.code { _ = try vault.rotateKeys(.chunks) } == .damaged)
        #expect(try oldKeys(vault).isEmpty, "it has not begun")
        let done = try vault.rotateKeys(.chunks, skippingDamaged: true)
        #expect(!done.isOver && !done.damaged.isEmpty && done.moved > 2)
        #expect(try vault.keyRotationUnderWay() == nil)
        let old = try oldKeys(vault)
        #expect(old.count == 1 && old[0].chunks == 1, "what is damaged keeps its key")
        for (name, bytes) in files where !victims.contains(name) {
            #expect(try stage.read(name) == bytes)
        }
        // Repaired, it is moved as well.
        try flip(pack, at: 1_000_000)
        #expect(try vault.rotateKeys(.chunks).isOver)
        #expect(try oldKeys(vault).isEmpty)
        try expect(stage, holds: files)
    }

    private static let damages = [
        "UPDATE chunk SET seal = zeroblob(length(seal)) WHERE rowid = 2",
        "UPDATE chunk SET seal = substr(seal, 1, 60) || zeroblob(length(seal) - 60) "
            + "WHERE rowid = 2",
        "DELETE FROM chunk WHERE rowid = 2", "UPDATE pack SET seal = zeroblob(length(seal))",
        "DELETE FROM pack", "gone", "short",
    ]

    /// Whatever is damaged, it ends, says so, keeps the key, and removes nothing that may be needed.
    @Test(arguments: damages)
    func itEndsWhateverIsDamaged(damage: String) throws {
        let (stage, _) = try stage()
        let vault = stage.vault
        let pack = try #require(try stage.packs().first)
        switch damage {
        case "gone": try FileManager.default.removeItem(atPath: pack)
        case "short": try FileHandle(forUpdating: URL(filePath: pack)).truncate(atOffset: 90_000)
        default:
            let file = try Connection(path: vault.path + "/vault.sqlite", mode: .readWrite)
            try file.execute(damage)
            #expect(file.changes > 0)
        }
        let size = try? FileManager.default.attributesOfItem(atPath: pack)[.size] as? Int
        #expect(FileStage.code { _ = try vault.rotateKeys(.chunks) } == .damaged)
        #expect(try oldKeys(vault).isEmpty && vault.keyRotationUnderWay() == nil)
        for _ in 0..<2 {
            let done = try vault.rotateKeys(.chunks, skippingDamaged: true)
            #expect(!done.isOver && !done.damaged.isEmpty)
            #expect(try vault.keyRotationUnderWay() == nil)
        }
        #expect(try oldKeys(vault).count == 2, "both keys are kept")
        let after = try? FileManager.default.attributesOfItem(atPath: pack)[.size] as? Int
        #expect(size == after, "the pack is left as it was")
    }

    /// A vault of which the keys of files were changed, and which was swept, is one like any other
    /// to the independent reader.
    @Test(.enabled(if: IndependentReader.python != nil))
    func theReaderReadsItAfterSweepAndRotation() throws {
        let scratch = try Scratch()
        var options = Scratch.options
        (options.memory, options.passes) = (65_536, 3)
        let path = scratch.path + "/strong.coffer"
        _ = try Vault.create(
            at: path, password: Scratch.password(), options: options, in: scratch.surroundings)
        let vault = try Vault(at: path, in: scratch.surroundings)
        try vault.unlock(password: Scratch.password())
        let source = scratch.path + "/source"
        try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: true)
        func add(_ name: String, _ bytes: [UInt8]) throws {
            try Data(bytes).write(to: URL(filePath: source + "/" + name))
            try vault.files.add([NewFile(at: source + "/" + name, as: name)]) {
                #expect($0.outcome == .added)
            }
        }
        let kept = ["kept": FileStage.bytes(300_000, seed: 4), "note": FileStage.text(2_000)]
        try add("large", FileStage.bytes(3_000_000))
        for (name, bytes) in kept { try add(name, bytes) }
        try vault.files.remove(["large"])
        _ = try vault.emptyTrash()
        let other = try Vault(at: path, in: scratch.surroundings)
        try other.unlock(password: Scratch.password())
        func expectRead(_ step: String) throws {
            let out = scratch.path + "/out-" + step
            let secret = try scratch.write("secret", "correct horse\n")
            let outcome = try IndependentReader.run(
                "", ["files", path, "--password-file", secret, "--export", out])
            #expect(outcome.status == 0, "\(step): \(outcome.output)")
            for (name, bytes) in kept {
                #expect(
                    try Data(contentsOf: URL(filePath: out + "/" + name)) == Data(bytes),
                    "\(step): \(name)")
            }
        }
        // While somebody adds, chunks are noted and stay.
        var isSwept = false
        try vault.files.add([
            NewFile(named: "later") { _ in
                defer { isSwept = true }
                guard !isSwept else { return [] }
                #expect(try other.files.sweep().waiting > 3)
                try expectRead("noted")
                return [1, 2]
            }
        ]) { _ in }
        #expect(try vault.files.sweep().chunks > 3)
        try expectRead("swept")
        _ = try vault.rotateRoot()
        try expectRead("root")
        #expect(try vault.rotateKeys(.chunks).isScrubbed)
        try expectRead("rotated")
    }
}
