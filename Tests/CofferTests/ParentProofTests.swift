import CofferBytes
import CofferDisk
import Foundation
import Testing

@testable import Coffer
@testable import CofferStore

/// What an incremental backup is told of the bundles that it continues.
@Suite struct ParentProofTests {
    private let now: Int64 = 1_800_000_000_000
    private let content = [UInt8](repeating: 9, count: 32)
    private let status = FileStatus(
        kind: .regular, size: 5, changedSeconds: 100, changedNanoseconds: 7, inode: 3, device: 4)

    @Test func countsForADayAndForThatFileOnly() {
        let proof = ProvedFile(content, status, at: now)
        let day: Int64 = 86_400_000
        #expect(proof.holds(for: status, at: now))
        #expect(proof.holds(for: status, at: now + day - 1))
        #expect(!proof.holds(for: status, at: now + day))
        #expect(!proof.holds(for: status, at: now - 1), "the clock was set back")
        #expect(!proof.holds(for: status, at: .min))
        let others = [
            FileStatus(
                kind: .regular, size: 6, changedSeconds: 100, changedNanoseconds: 7, inode: 3,
                device: 4),
            FileStatus(
                kind: .regular, size: 5, changedSeconds: 101, changedNanoseconds: 7, inode: 3,
                device: 4),
            FileStatus(
                kind: .regular, size: 5, changedSeconds: 100, changedNanoseconds: 8, inode: 3,
                device: 4),
            FileStatus(
                kind: .regular, size: 5, changedSeconds: 100, changedNanoseconds: 7, inode: 2,
                device: 4),
            FileStatus(
                kind: .regular, size: 5, changedSeconds: 100, changedNanoseconds: 7, inode: 3,
                device: 5),
        ]
        for other in others { #expect(!proof.holds(for: other, at: now), "\(other)") }
    }

    private func stage(_ clock: PruneMergeTests.Clock) throws -> BackupStage {
        let scratch = try Scratch()
        _ = try scratch.vault()
        var surroundings = scratch.surroundings
        surroundings.now = { clock.now }
        let vault = try Vault(at: scratch.path + "/test.coffer", in: surroundings)
        try vault.unlock(password: Scratch.password())
        let stage = BackupStage(scratch, vault)
        try stage.apply(
            (
                "people",
                #"{"type":"object","required":["id"],"properties":{"id":{"type":"string"}}}"#
            ))
        try stage.put("people", #"{"id":"ana"}"#)
        return stage
    }

    /// Changes a byte of a sealed member, which only hashing shows.
    private func damage(_ path: String) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        defer { try? file.close() }
        let bytes = try Data(contentsOf: URL(filePath: path))
        let place = try #require(bytes.range(of: Data("records-".utf8))?.lowerBound) + 700
        try file.seek(toOffset: UInt64(place))
        try file.write(contentsOf: Data([bytes[place] ^ 1]))
    }

    private func memory(_ stage: BackupStage) throws -> URL {
        let folder = URL(filePath: stage.scratch.path + "/state")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return folder.appending(path: try #require(names.first { $0.hasSuffix("-proved") }))
    }

    @Test func aParentThatWasChangedIsFoundOutAtOnce() throws {
        let stage = try stage(PruneMergeTests.Clock())
        let full = try stage.backUp()
        #expect(!(try stage.backUp().isFull))
        try damage(full.path)
        #expect(try stage.backUp().isFull)
    }

    /// As a disk that loses bytes without a word: what was noted is made to speak for the file.
    @Test func aParentThatRotsIsFoundOutAfterADay() throws {
        let clock = PruneMergeTests.Clock()
        let stage = try stage(clock)
        let full = try stage.backUp()
        try damage(full.path)
        let noted = try Array(Data(contentsOf: memory(stage)))
        #expect(noted.count == 80)
        let status = try #require(try LocalFileSystem().status(full.path))
        let vault = try #require(Identifier(text: stage.vault.id))
        let memory = StateMemory(
            directory: stage.scratch.path + "/state", vault: vault, path: "")
        memory.noteProved(
            [ProvedFile(Array(noted.prefix(32)), status, at: clock.now)], at: clock.now)
        #expect(memory.proved(at: clock.now).count == 1)
        #expect(!(try stage.backUp().isFull), "taken for whole")
        clock.advance(hours: 25)
        #expect(try stage.backUp().isFull)
    }

    @Test(arguments: [0, 1, 79, 200])
    func aNoteThatCannotBeReadCostsTimeOnly(size: Int) throws {
        let stage = try stage(PruneMergeTests.Clock())
        _ = try stage.backUp()
        try Data(repeating: 0xFF, count: size).write(to: memory(stage))
        #expect(!(try stage.backUp().isFull))
        #expect(try Data(contentsOf: memory(stage)).count == 160, "both are noted")
    }
}
