import CofferBundles
import CofferBytes
import CofferDisk
import CofferFormat
import Foundation
import Testing

@testable import Coffer

/// Which bundle continues which, and which ones a restore takes.
@Suite struct BackupChainTests {
    private func stage() throws -> BackupStage { try BackupRoundTripTests.stage() }

    private func change(_ stage: BackupStage, _ letter: String) throws {
        try stage.put("people", #"{"id":"p","letter":"\#(letter)"}"#)
    }

    @Test func aLostOrOtherParentMakesAFullOne() throws {
        let stage = try stage()
        let first = try stage.backUp()
        try change(stage, "1")
        let second = try stage.backUp()
        try change(stage, "2")
        // The last is gone: the one before it goes on.
        try FileManager.default.removeItem(atPath: second.path)
        let third = try stage.backUp()
        #expect(third.parent == first.id)
        try stage.expectRestored()
        // The first is gone: nothing can go on.
        try change(stage, "3")
        let kept = try Data(contentsOf: URL(filePath: first.path))
        try FileManager.default.removeItem(atPath: first.path)
        #expect(try stage.backUp().isFull)
        try stage.expectRestored()
        try kept.write(to: URL(filePath: first.path))
    }

    /// Under the name of a bundle lies something that is not that bundle.
    @Test(arguments: ["first", "last"], ["nothing", "cut", "flipped", "another"])
    func whatIsNotTheParentIsNotContinued(_ which: String, _ what: String) throws {
        let stage = try stage()
        let first = try stage.backUp()
        try change(stage, "1")
        let second = try stage.backUp()
        let path = which == "first" ? first.path : second.path
        let bytes = try Data(contentsOf: URL(filePath: path))
        switch what {
        case "nothing": try Data().write(to: URL(filePath: path))
        case "flipped":
            // In what is sealed: only its hash tells.
            var flipped = bytes
            let place = flipped.range(of: Data("records-".utf8))?.lowerBound ?? 0
            flipped[place + 700] ^= 1
            try flipped.write(to: URL(filePath: path))
        case "cut": try bytes.prefix(bytes.count - 512).write(to: URL(filePath: path))
        default:
            let other = which == "first" ? second.path : first.path
            try Data(contentsOf: URL(filePath: other)).write(to: URL(filePath: path))
        }
        try change(stage, "2")
        let third = try stage.backUp()
        #expect(third.isFull || (which == "last" && third.parent == first.id))
        let names = try FileManager.default.contentsOfDirectory(
            atPath: DiskPath.parent(of: first.path))
        #expect(names.count == 3, "what was begun on the damaged one is gone")
        // What is left over of the chain is no reason not to restore.
        let picture = stage.picture
        let (restored, _) = try stage.restore()
        #expect(picture?.differences(from: try BackupPicture(restored)) == [])
    }

    @Test func everyFolderHasAChainOfItsOwn() throws {
        let stage = try stage()
        let other = stage.scratch.path + "/other/below"
        #expect(try stage.backUp().isFull)
        #expect(try stage.backUp(to: other).isFull)
        try change(stage, "1")
        let second = try stage.backUp()
        try change(stage, "2")
        #expect(try !stage.backUp(to: other).isFull)
        try stage.expectRestored(other)
        try change(stage, "3")
        let third = try stage.backUp()
        #expect(third.parent == second.id)
        try stage.expectRestored()
        #expect(try stage.backUp(full: true).isFull)
        try change(stage, "4")
        #expect(try !stage.backUp().isFull)
        try stage.expectRestored()
    }

    @Test func bundlesOfAnotherVaultInTheFolderAreLeftAlone() throws {
        let stage = try stage()
        let other = BackupStage(stage.scratch, try stage.scratch.vault("other.coffer"))
        let theirs = try other.backUp()
        #expect(try stage.backUp().isFull)
        try change(stage, "1")
        #expect(try !stage.backUp().isFull)
        #expect(try !other.backUp().isFull)
        let bundles = Bundles(in: stage.scratch.surroundings)
        do {
            _ = try bundles.plan(from: stage.bundles)
            Issue.record("one of two vaults was taken")
        } catch {
            #expect(error.code == .usage)
            for vault in [stage.vault.id, other.vault.id] { #expect(error.message.contains(vault)) }
        }
        let (restored, _) = try stage.restore(of: stage.vault.id)
        #expect(restored.id == stage.vault.id)
        #expect(stage.picture?.differences(from: try BackupPicture(restored)) == [])
        #expect(try stage.restore(of: other.vault.id).vault.id == other.vault.id)
        #expect(try stage.restore(from: theirs.path).vault.id == other.vault.id)
        for wrong in ["", "x", UUID().uuidString] {
            #expect(throws: VaultError.self) { try bundles.plan(from: stage.bundles, of: wrong) }
        }
    }

    @Test func aTimeTakesWhatWasMadeUntilThen() throws {
        let stage = try stage()
        var pictures: [(Int64, BackupPicture?)] = []
        for number in 0..<4 {
            try change(stage, "\(number)")
            // One chain ends and another begins.
            let made = try stage.backUp(full: number == 2)
            let facts = try BundleReader(at: made.path)
            pictures.append((facts.manifest.created, stage.picture))
            usleep(3_000)
        }
        for (number, (time, picture)) in pictures.enumerated() {
            for after in [Int64(0), 1] {
                let (restored, told) = try stage.restore(until: time + after)
                #expect(told.created == time)
                #expect(picture?.differences(from: try BackupPicture(restored)) == [])
                #expect(told.bundles.count == [1, 2, 1, 2][number])
            }
        }
        do {
            _ = try stage.restore(until: pictures[0].0 - 1)
            Issue.record("nothing was made by then")
        } catch { #expect((error as? VaultError)?.code == .noBundle) }
    }

    @Test func aNamedBundleIsTakenWithWhatItContinues() throws {
        let stage = try stage()
        var made: [(Vault.Backup, BackupPicture?)] = []
        for number in 0..<3 {
            try change(stage, "\(number)")
            made.append((try stage.backUp(), stage.picture))
        }
        for (number, (bundle, picture)) in made.enumerated() {
            let (restored, told) = try stage.restore(from: bundle.path)
            #expect(told.bundles.count == number + 1)
            #expect(picture?.differences(from: try BackupPicture(restored)) == [])
        }
        // The one in the middle is missing.
        try FileManager.default.removeItem(atPath: made[1].0.path)
        do {
            _ = try stage.restore(from: made[2].0.path)
            Issue.record("a chain with a gap was restored")
        } catch { #expect((error as? VaultError)?.code == .brokenChain) }
        // In the folder the newest that is complete is taken.
        #expect(try stage.restore().told.bundles == [made[0].0.path])
        let facts = try Bundles(in: stage.scratch.surroundings).list(stage.bundles)
        #expect(facts.map { $0.facts?.chain } == [1, 0])
    }

    @Test func aFolderWithoutBundlesSaysSo() throws {
        let scratch = try Scratch()
        let bundles = Bundles(in: scratch.surroundings)
        let folder = scratch.path + "/none"
        func code(_ place: String) -> VaultError.Code? {
            do { _ = try bundles.plan(from: place) } catch { return error.code }
            return nil
        }
        #expect(code(folder) == .noFile)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        #expect(code(folder) == .noBundle)
        #expect(try bundles.list(folder).isEmpty)
        let file = try scratch.write("none/a.coffer-bundle", "no bundle")
        #expect(code(folder) == .noBundle)
        #expect(code(file) == .damaged)
        #expect(try bundles.list(folder).map(\.kind) == [.unreadable])
        #expect(try bundles.verify(file).word == .damaged)
    }

    /// Another vault's bundles, copies and pieces of some, a folder, a pipe: nothing of it counts.
    @Test func whatElseLiesInAFolderIsNoReasonToFail() throws {
        let stage = try stage()
        let made = try stage.backUp()
        let name = DiskPath.name(of: made.path)
        for other in [
            "\(name).part", ".syncthing.\(name).tmp", "readme.txt", "\(name) (1)",
            "a (conflicted copy).coffer-bundle", "zeros.coffer-bundle",
        ] {
            try Data(count: 1_024).write(to: URL(filePath: stage.bundles + "/" + other))
        }
        try FileManager.default.createDirectory(
            atPath: stage.bundles + "/folder.coffer-bundle", withIntermediateDirectories: false)
        let isPipe = unsafe mkfifo(stage.bundles + "/pipe.coffer-bundle", 0o600) == 0
        #expect(isPipe)
        let isLink = unsafe symlink(made.path, stage.bundles + "/link.coffer-bundle") == 0
        #expect(isLink)
        try change(stage, "1")
        #expect(try stage.backUp().parent == made.id)
        let (restored, told) = try stage.restore()
        #expect(told.bundles.count == 2)
        #expect(stage.picture?.differences(from: try BackupPicture(restored)) == [])
        let kinds = try Bundles(in: stage.scratch.surroundings).list(stage.bundles).map(\.kind)
        #expect(kinds.count { $0 == .bundle } == 2)
        #expect(kinds.count { $0 == .unreadable } == 4)
        #expect(kinds.count == 10)
    }
}
