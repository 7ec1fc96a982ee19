import CofferCare
import CofferDisk
import CofferFormat
import CofferRecords
import CofferSQLite
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// A sweep gives back what nobody needs, and nothing else.
@Suite struct FileSweepTests {
    /// How many bytes the packs take on the disk.
    private func size(_ stage: FileStage) throws -> Int {
        try stage.packs().reduce(0) { sum, path in
            sum + (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0)
        }
    }

    /// A vault with three files, two of which share their bytes, the first much larger.
    private func stage() throws -> (FileStage, [String: [UInt8]]) {
        let stage = try FileStage()
        let shared = FileStage.bytes(700_000, seed: 2)
        let files = [
            "large": FileStage.bytes(6_000_000), "shared": shared, "copy": shared,
            "small.txt": FileStage.text(900),
        ]
        for (name, bytes) in files { try stage.write(name, bytes) }
        try stage.add(files.keys.sorted())
        return (stage, files)
    }

    private func expect(
        _ stage: FileStage, holds files: [String: [UInt8]], _ line: Comment? = nil
    ) throws {
        for (name, bytes) in files { #expect(try stage.read(name) == bytes, line) }
        #expect(try stage.vault.check(files: 1).isSound, line)
    }

    private func forget(_ names: [String], _ stage: FileStage) throws {
        try stage.vault.files.remove(names)
        _ = try stage.vault.emptyTrash()
    }

    @Test func theRoomOfWhatIsGoneForGoodComesBack() throws {
        var (stage, files) = try stage()
        let before = try size(stage)
        #expect(try stage.vault.files.sweep().bytes == 0)
        try stage.vault.files.remove(["large", "copy"])
        let trashed = try stage.vault.files.sweep()
        #expect(trashed.chunks == 0 && trashed.packs == 0, "the trash needs it")
        _ = try stage.vault.emptyTrash()
        let swept = try stage.vault.files.sweep()
        (files["large"], files["copy"]) = (nil, nil)
        #expect(swept.chunks > 10 && swept.packs == 1 && swept.copied == 1)
        #expect(swept.waiting == 0 && swept.held == 0 && swept.missingRoom == nil)
        #expect(try size(stage) < before - 5_500_000)
        #expect(Int(swept.bytes) == before - (try size(stage)))
        try expect(stage, holds: files)
        let again = try stage.vault.files.sweep()
        #expect(again.chunks == 0 && again.packs == 0 && again.bytes == 0)
        // And what comes again is stored again.
        try stage.write("large", FileStage.bytes(6_000_000))
        #expect(try stage.add(["large"])[0].newChunks > 10)
        files["large"] = FileStage.bytes(6_000_000)
        try expect(stage, holds: files)
    }

    @Test func whatNobodyNeedsAtAllLeavesNoPack() throws {
        let (stage, files) = try stage()
        try forget(files.keys.sorted(), stage)
        let swept = try stage.vault.files.sweep()
        #expect(swept.packs == 1 && swept.copied == 0)
        #expect(try stage.packs().isEmpty)
        #expect(try stage.vault.files.stats().chunks == 0)
        #expect(try stage.vault.check(files: 1).isSound)
    }

    /// An older version of a file that is there needs its chunks like the newest one.
    @Test func anOlderVersionKeepsItsBytes() throws {
        let (stage, files) = try stage()
        try stage.write("large", FileStage.bytes(100_000, seed: 77))
        try stage.add(["large"], replacing: true)
        #expect(try stage.vault.files.sweep().chunks == 0)
        _ = try stage.vault.undo()
        try expect(stage, holds: files)
    }

    /// Whoever adds a file meanwhile may have found its chunks just before nobody needed them.
    @Test func whoAddsMeanwhileKeepsWhatItFound() throws {
        var (stage, files) = try stage()
        // More than is on its way at one time, so that some of it has been found before.
        let bytes = FileStage.bytes(20_000_000, seed: 78)
        try forget(["large"], stage)
        for _ in 0..<2 { _ = try stage.vault.files.sweep() }
        try stage.write("large", bytes)
        try stage.add(["large"])
        try forget(["large"], stage)
        files["large"] = nil
        let other = try stage.scratch.open()
        var (offset, swept): (Int, [Files.Sweep]) = (0, [])
        try stage.vault.files.add([
            NewFile(named: "again") { count in
                if offset > 19_000_000, swept.count < 2 { swept.append(try other.files.sweep()) }
                defer { offset = min(bytes.count, offset + min(count, 100_000)) }
                return Array(bytes[offset..<min(bytes.count, offset + min(count, 100_000))])
            }
        ]) { #expect($0.outcome == .added && $0.sharedChunks > 0) }
        #expect(swept.map(\.chunks) == [0, 0] && swept.allSatisfy { $0.waiting > 10 })
        files["again"] = bytes
        try expect(stage, holds: files)
        // It is noted still, and needed.
        #expect(try stage.vault.files.sweep().chunks == 0)
        try expect(stage, holds: files)
    }

    /// A chunk that is noted may go any time, so who comes later stores it anew.
    @Test func whatIsNotedIsStoredAnew() throws {
        var (stage, files) = try stage()
        try forget(["large"], stage)
        let bytes = files["large"] ?? []
        let other = try stage.scratch.open()
        var isNoted = false
        try stage.vault.files.add([
            NewFile(named: "slow") { _ in
                guard !isNoted else { return [] }
                isNoted = true
                #expect(try other.files.sweep().waiting > 10)
                // Somebody else comes, and is done before the first.
                try stage.write("again", bytes)
                try other.files.add(
                    [NewFile(at: stage.source + "/again", as: "again")]
                ) { #expect($0.newChunks > 10) }
                return [1]
            }
        ]) { _ in }
        #expect(isNoted)
        _ = try stage.vault.files.sweep()
        files["large"] = nil
        (files["again"], files["slow"]) = (bytes, [1])
        try expect(stage, holds: files)
    }

    /// Whoever found a chunk before it was noted may be done before it would go.
    @Test func whatIsNeededAgainInTimeStays() throws {
        var (stage, files) = try stage()
        try forget(["large"], stage)
        let bytes = files["large"] ?? []
        files["large"] = nil
        let other = try stage.scratch.open()
        let (begun, goOn, ended) = (
            DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
        )
        Thread {
            defer { ended.signal() }
            var options = Files.AddOptions()
            options.threads = 0
            var offset = 0
            let again = NewFile(named: "again") { count in
                if offset == bytes.count {
                    // All but the last few are looked up by now.
                    begun.signal()
                    goOn.wait()
                }
                defer { offset = min(bytes.count, offset + min(count, 100_000)) }
                return Array(bytes[offset..<min(bytes.count, offset + min(count, 100_000))])
            }
            try? other.files.add([again], options: options) { _ in }
        }.start()
        begun.wait()
        var calls = 0
        let swept = try stage.vault.files.sweep { done, total in
            calls += 1
            guard done == total, calls == 2 else { return }
            // Everything is noted.
            goOn.signal()
            ended.wait()
        }
        #expect(calls >= 3)
        files["again"] = bytes
        try expect(stage, holds: files)
        #expect(swept.waiting == 0)
    }

    /// A file that is being read is read to its end, whatever is moved.
    @Test func whoReadsAnOlderStateReadsOn() throws {
        let (stage, files) = try stage()
        try forget(["large"], stage)
        let other = try stage.scratch.open()
        var (found, held): ([UInt8], Int?) = ([], nil)
        try other.files.read("shared") { bytes in
            if held == nil { held = try stage.vault.files.sweep().held }
            found += bytes
        }
        #expect(found == files["shared"] && held == 1)
        #expect(try stage.packs().count == 2, "the old pack is there as long as somebody reads")
        let swept = try stage.vault.files.sweep()
        #expect(swept.packs == 1 && swept.held == 0)
        #expect(try stage.packs().count == 1)
        try expect(stage, holds: ["shared": found])
    }

    @Test func whatKilledProgramsHaveLeftGoes() throws {
        let (stage, files) = try stage()
        let folder = stage.vault.path + "/packs"
        let pack = try #require(try stage.packs().first)
        let file = try FileHandle(forUpdating: URL(filePath: pack))
        try file.seekToEnd()
        try file.write(contentsOf: [UInt8](repeating: 7, count: 300_000))
        try file.close()
        let before = try size(stage)
        let stray = folder + "/\(UUID().uuidString.lowercased())"
        try Data(repeating: 1, count: 500_000).write(to: URL(filePath: stray + ".pack"))
        try Data([0, 0]).write(to: URL(filePath: stray + ".adding"))
        try Data([1]).write(to: URL(filePath: folder + "/notes.txt"))
        // One that somebody holds is somebody's.
        let busy = folder + "/\(UUID().uuidString.lowercased()).pack"
        let lock = try LocalFileSystem().lock(busy, .exclusive, timeout: .zero)
        try forget(["small.txt"], stage)
        let swept = try stage.vault.files.sweep()
        #expect(swept.bytes == 800_000 && swept.packs == 1 && swept.held == 1)
        withExtendedLifetime(lock) {}
        let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(left.count == 3 && left.contains("notes.txt"))
        #expect(!left.contains { $0.hasSuffix(".adding") })
        #expect(try size(stage) == before - 300_000 + 1)
        var kept = files
        kept["small.txt"] = nil
        try expect(stage, holds: kept)
    }

    private static let damages = [
        "DELETE FROM chunk WHERE name = (SELECT name FROM chunk ORDER BY name LIMIT 1)",
        "UPDATE chunk SET seal = zeroblob(length(seal)) WHERE rowid = 2",
        "DELETE FROM c_FILES WHERE rid = (SELECT max(rid) FROM c_FILES)",
        "UPDATE c_FILES SET seal = zeroblob(80)",
        "DELETE FROM h_FILES", "UPDATE h_FILES SET note = zeroblob(80)", "DELETE FROM pack",
        "DELETE FROM tomb", "gone",
    ]

    /// What does not open could be what would say that a chunk is needed.
    @Test(arguments: damages)
    func nothingGoesWhereAnythingIsDamaged(damage: String) throws {
        let (stage, _) = try stage()
        try forget(["large"], stage)
        try stage.vault.files.remove(["copy"])
        let pack = try #require(try stage.packs().first)
        do {
            let file = try Connection(path: stage.vault.path + "/vault.sqlite", mode: .readWrite)
            let number = try #require(
                try stage.vault.records.read { $0.frame.catalog.system("coffer:files")?.collection }
            )
            let kept = stage.scratch.path + "/kept.pack"
            if damage == "gone" {
                try FileManager.default.moveItem(atPath: pack, toPath: kept)
            } else {
                try file.execute(damage.replacing("FILES", with: "\(number)"))
            }
        }
        let (rows, bytes) = (try rows(stage), try size(stage))
        for _ in 0..<2 {
            #expect(FileStage.code { try stage.vault.files.sweep() } == .damaged)
            #expect(try rows == self.rows(stage) && bytes == size(stage))
        }
    }

    private func rows(_ stage: FileStage) throws -> [Int64] {
        let file = try Connection(path: stage.vault.path + "/vault.sqlite", mode: .readOnly)
        return try ["chunk", "pack"].map { table in
            let count = try file.prepare("SELECT count(*) FROM \(table)")
            _ = try count.step()
            return count.int64(0)
        }
    }

    /// It needs the room of what it copies, and where that is not there it says how much it is.
    @Test func aDiskThatIsAlmostFullGivesBackWhatItCan() throws {
        var (stage, files) = try stage()
        // A second pack that nobody needs, beside the first, of which a part is needed.
        let first = try #require(try stage.packs().first)
        try stage.write("filler", FileStage.bytes(3_000_000, seed: 50))
        do {
            let lock = try LocalFileSystem().lock(first, .exclusive, timeout: .zero)
            try stage.add(["filler"])
            withExtendedLifetime(lock) {}
        }
        #expect(try stage.packs().count == 2)
        try forget(["filler", "large"], stage)
        let before = try size(stage)
        var sweep = FileSweep(
            stage.vault.records, on: NarrowDisk(available: 1 << 20)
        ) { _, _ in }
        let part = try stage.vault.holding { try sweep.run() }
        #expect(part.packs == 1 && part.copied == 0 && part.missingRoom ?? 0 > 3 << 20)
        #expect(try size(stage) < before - 2_900_000)
        files["large"] = nil
        try expect(stage, holds: files)
        let swept = try stage.vault.files.sweep()
        #expect(swept.copied == 1 && swept.missingRoom == nil)
        #expect(try size(stage) < 1_000_000)
        try expect(stage, holds: files)
    }

    @Test func maintenanceSweepsOnceADay() throws {
        let (stage, files) = try stage()
        let vault = stage.vault
        try vault.setBackupPolicy(Vault.BackupPolicy(folders: [stage.scratch.path + "/b"]))
        #expect(try vault.dueTasks().map(\.kind).contains("sweep"))
        try forget(["large"], stage)
        var results: [Vault.TaskResult] = []
        try vault.maintain { results.append($0) }
        let swept = try #require(results.first { $0.task.kind == "sweep" })
        #expect(!swept.isBad && swept.result.hasSuffix("and 1 packs removed, 1 packs copied"))
        #expect(try !vault.dueTasks().map(\.kind).contains("sweep"))
        var kept = files
        kept["large"] = nil
        try expect(stage, holds: kept)
    }

    @Test func whoCancelsLosesNothing() throws {
        struct Enough: Error {}
        let (stage, files) = try stage()
        try forget(["large"], stage)
        var kept = files
        kept["large"] = nil
        for limit in 0..<4 {
            var calls = 0
            let code = FileStage.code {
                try stage.vault.files.sweep { _, _ in
                    calls += 1
                    if calls > limit { throw Enough() }
                }
            }
            #expect(code == nil || code == .unexpected)
            try expect(stage, holds: kept)
        }
        _ = try stage.vault.files.sweep()
        try expect(stage, holds: kept)
        #expect(try size(stage) < 1_000_000)
    }
}

/// The machine's disk, said to have little room.
private struct NarrowDisk: FileSystem {
    let available: UInt64
    private let disk = LocalFileSystem()

    init(available: UInt64) { self.available = available }

    func open(_ path: String, _ access: FileAccess) throws(DiskError) -> any DiskFile {
        try disk.open(path, access)
    }
    func rename(_ path: String, to other: String, _ rule: RenameRule) throws(DiskError) {
        try disk.rename(path, to: other, rule)
    }
    func synchronizeDirectory(_ path: String) throws(DiskError) {
        try disk.synchronizeDirectory(path)
    }
    func makeDirectory(_ path: String) throws(DiskError) { try disk.makeDirectory(path) }
    func unlink(_ path: String) throws(DiskError) { try disk.unlink(path) }
    func removeDirectory(_ path: String) throws(DiskError) { try disk.removeDirectory(path) }
    func list(_ path: String) throws(DiskError) -> [String] { try disk.list(path) }
    func status(_ path: String) throws(DiskError) -> FileStatus? { try disk.status(path) }
    func volume(_ path: String) throws(DiskError) -> Volume {
        let volume = try disk.volume(path)
        return Volume(name: volume.name, isReadOnly: volume.isReadOnly, available: available)
    }
    func lock(
        _ path: String, _ sharing: LockSharing, timeout: Duration
    ) throws(DiskError) -> any DiskLock {
        try disk.lock(path, sharing, timeout: timeout)
    }
}
