import CofferDisk
import CofferDiskSupport
import Testing

@Suite struct PendingFolderTests {
    private let disk = LocalFileSystem()

    @Test func showsNothingBeforeItsCommitAndAllAfter() throws {
        let place = try ScratchDirectory()
        let path = place.file("out")
        var folder = try PendingFolder(
            path, temporary: PendingFolder.temporaryPath(for: path), on: disk)
        try folder.makeFolder("in")
        let file = try folder.create("in/file")
        try file.write([1, 2])
        try file.synchronize()
        #expect(try disk.status(path) == nil)
        try folder.commit()
        #expect(try disk.read(path + "/in/file", limit: 9) == [1, 2])
        #expect(try disk.status(path)?.mode == 0o700)
        #expect(try disk.status(path + "/in/file")?.mode == 0o600)
        #expect(try disk.list(place.path) == ["out"])
    }

    @Test func leavesNothingWhenItIsDropped() throws {
        let place = try ScratchDirectory()
        try fill(place.file("out"))
        #expect(try disk.list(place.path) == [])
    }

    private func fill(_ path: String) throws {
        var folder = try PendingFolder(
            path, temporary: PendingFolder.temporaryPath(for: path), on: disk)
        try folder.makeFolder("in")
        try folder.create("in/file").write([1])
    }

    @Test func whatAKilledProcessLeftIsRemovedAndALivingOneSpared() throws {
        let place = try ScratchDirectory()
        let path = place.file("out")
        let living = try PendingFolder(
            path, temporary: PendingFolder.temporaryPath(for: path), on: disk)
        // As after a kill: with its lock's file, and without.
        let dead = (0..<2).map { _ in PendingFolder.temporaryPath(for: path) }
        for temporary in dead {
            try disk.createDirectories(temporary + "/in")
            try disk.replace(temporary + "/in/file", with: [1])
        }
        try disk.replace(PendingFolder.lockPath(of: dead[0]), with: [])
        // What a link in it leads to is not ours.
        try disk.replace(place.file("kept"), with: [1])
        #expect(try disk.removeLeftovers(in: place.path) == 3)
        #expect(try disk.list(place.path).filter { $0 != "kept" }.count == 2)
        try living.commit()
        #expect(try disk.list(place.path) == ["kept", "out"])
    }

    @Test func replacesAnEmptyFolderAndNothingElse() throws {
        let place = try ScratchDirectory()
        let path = place.file("out")
        try disk.createDirectory(path)
        let folder = try PendingFolder(
            path, temporary: PendingFolder.temporaryPath(for: path), on: disk)
        try disk.replace(path + "/file", with: [1])
        var kind: DiskError.Kind?
        do { try folder.commit() } catch { kind = error.kind }
        #expect(kind == .exists)
        #expect(throws: DiskError.self) { try fill(path) }
        #expect(try disk.list(place.path) == ["out"])
        #expect(try disk.list(path) == ["file"])
    }

    @Test(
        arguments: FaultingFileSystem.Luck.allCases.flatMap { luck in
            (0...16).map { (luck, $0) }
        })
    func aPowerCutLeavesAWholeFolderOrNone(cut: (FaultingFileSystem.Luck, Int)) throws {
        let disk = FaultingFileSystem()
        disk.losePower(before: cut.1)
        var isDone = false
        do {
            var folder = try PendingFolder(
                "out", temporary: PendingFolder.temporaryPath(for: "out"), on: disk)
            try folder.makeFolder("in")
            for name in ["in/a", "b"] {
                let file = try folder.create(name)
                try file.write([1, 2])
                try file.synchronize()
            }
            try folder.commit()
            isDone = true
        } catch {}
        disk.restart(keeping: cut.0)
        #expect(isDone == (cut.1 >= 13), "every cut must have happened")
        guard try disk.exists("out") else { return #expect(!isDone) }
        #expect(try disk.list("out") == ["b", "in"])
        for name in ["in/a", "b"] {
            #expect(try disk.read("out/" + name, limit: 9) == [1, 2])
        }
    }
}
