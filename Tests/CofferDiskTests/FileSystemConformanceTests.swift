import CofferDisk
import CofferDiskSupport
import Testing

/// What every file system must do, run by the machine's own and by the one in memory.
@Suite struct FileSystemConformanceTests {
    enum Kind: CaseIterable, Sendable { case local, faulting }

    /// A disk with an empty directory.
    struct Place {
        let disk: any FileSystem
        let directory: String
        private let scratch: ScratchDirectory?

        init(_ kind: Kind) throws {
            switch kind {
            case .local:
                let scratch = try ScratchDirectory()
                self.scratch = scratch
                disk = LocalFileSystem()
                directory = scratch.path
            case .faulting:
                scratch = nil
                disk = FaultingFileSystem()
                directory = "/top"
                try disk.createDirectory(directory)
            }
        }

        func path(_ name: String) -> String { directory + "/" + name }
    }

    @Test(arguments: Kind.allCases)
    func readsWhatWasWritten(kind: Kind) throws {
        let place = try Place(kind)
        let file = place.path("a")
        try place.disk.replace(file, with: [1, 2, 3])
        #expect(try place.disk.read(file, limit: 3) == [1, 2, 3])
        try place.disk.replace(file, with: [])
        #expect(try place.disk.read(file, limit: 0) == [])
        try place.disk.append([4], to: file)
        try place.disk.append([5, 6], to: file)
        #expect(try place.disk.read(file, limit: 100) == [4, 5, 6])
        try place.disk.append([7], to: place.path("b"))
        #expect(try place.disk.read(place.path("b"), limit: 1) == [7])
        #expect(try place.disk.list(place.directory) == ["a", "b"])
    }

    @Test(arguments: Kind.allCases)
    func refusesMoreThanTheLimit(kind: Kind) throws {
        let place = try Place(kind)
        let large = [UInt8](repeating: 9, count: 3_000_000)
        try place.disk.replace(place.path("a"), with: large)
        #expect(failure { _ = try place.disk.read(place.path("a"), limit: 2_999_999) } == .tooLarge)
        #expect(failure { _ = try place.disk.read(place.path("a"), limit: -1) } == .tooLarge)
        #expect(try place.disk.read(place.path("a"), limit: 3_000_000) == large)
    }

    @Test(arguments: Kind.allCases)
    func namesWhatIsWrong(kind: Kind) throws {
        let place = try Place(kind)
        let disk = place.disk
        try disk.createDirectory(place.path("d"))
        try disk.replace(place.path("d/x"), with: [1])
        let none = place.path("none")
        #expect(failure { _ = try disk.read(none, limit: 9) } == .notFound)
        #expect(failure { try disk.replace(none + "/a", with: [1]) } == .notFound)
        #expect(failure { try disk.remove(none) } == .notFound)
        #expect(failure { try disk.rename(none, to: none, .replacing) } == .notFound)
        #expect(failure { _ = try disk.list(none) } == .notFound)
        #expect(failure { try disk.createDirectory(place.path("d")) } == .exists)
        #expect(failure { try disk.removeDirectory(place.path("d")) } == .exists)
        #expect(failure { _ = try disk.read(place.path("d"), limit: 9) } == .notRegular)
        #expect(failure { try disk.replace("a\u{0}b", with: [1]) } == .other)
        #expect(failure { _ = try disk.read("", limit: 1) } == .other)
        #expect(try disk.status(none) == nil)
        #expect(try disk.status(place.path("d"))?.kind == .directory)
        let status = try disk.status(place.path("d/x"))
        #expect(status?.kind == .regular && status?.size == 1 && status?.mode == 0o600)
    }

    @Test(arguments: Kind.allCases)
    func showsANewFileOnlyWhenItIsWhole(kind: Kind) throws {
        let place = try Place(kind)
        let file = place.path("out")
        do {
            let pending = try place.disk.createExclusive(file)
            try pending.write([1, 2])
            #expect(try !place.disk.exists(file))
            try pending.write([3])
            try pending.commit()
        }
        #expect(try place.disk.read(file, limit: 3) == [1, 2, 3])
        #expect(failure { _ = try place.disk.createExclusive(file) } == .exists)
        #expect(try place.disk.list(place.directory) == ["out"])
    }

    @Test(arguments: Kind.allCases)
    func leavesNothingOfADroppedFile(kind: Kind) throws {
        let place = try Place(kind)
        do {
            let pending = try place.disk.createExclusive(place.path("out"))
            try pending.write([1, 2])
        }
        #expect(try place.disk.list(place.directory) == [])
    }

    @Test(arguments: Kind.allCases)
    func doesNotReplaceAFileThatCameMeanwhile(kind: Kind) throws {
        let place = try Place(kind)
        let pending = try place.disk.createExclusive(place.path("out"))
        try pending.write([1])
        try place.disk.replace(place.path("out"), with: [7])
        do throws(DiskError) {
            try pending.commit()
            Issue.record("The name was taken")
        } catch {
            #expect(error.kind == .exists)
        }
        #expect(try place.disk.read(place.path("out"), limit: 1) == [7])
        #expect(try place.disk.list(place.directory) == ["out"])
    }

    @Test(arguments: Kind.allCases)
    func exchangesDirectoriesInOneStep(kind: Kind) throws {
        let place = try Place(kind)
        for (name, byte) in [("old", UInt8(1)), ("new", 2)] {
            try place.disk.createDirectory(place.path(name))
            try place.disk.replace(place.path(name + "/f"), with: [byte])
        }
        try place.disk.rename(place.path("old"), to: place.path("new"), .exchanging)
        #expect(try place.disk.read(place.path("old/f"), limit: 1) == [2])
        #expect(try place.disk.read(place.path("new/f"), limit: 1) == [1])
        try place.disk.synchronizeTree(place.path("old"))
        try place.disk.removeTree(place.path("new"))
        #expect(try place.disk.list(place.directory) == ["old"])
    }

    @Test(arguments: Kind.allCases)
    func holdsALockUntilItGoes(kind: Kind) throws {
        let place = try Place(kind)
        let path = place.path("lock")
        var first: (any DiskLock)? = try place.disk.lock(path, .exclusive, timeout: .zero)
        #expect(first != nil)
        for sharing in [LockSharing.exclusive, .shared] {
            let kind = failure { _ = try place.disk.lock(path, sharing, timeout: .zero) }
            #expect(kind == .busy)
        }
        first = nil
        let readers = try (0..<2).map { _ in
            try place.disk.lock(path, .shared, timeout: .zero)
        }
        #expect(failure { _ = try place.disk.lock(path, .exclusive, timeout: .zero) } == .busy)
        #expect(readers.count == 2)
    }

    @Test(arguments: Kind.allCases)
    func sweepsOnlyUnfinishedFiles(kind: Kind) throws {
        let place = try Place(kind)
        try place.disk.replace(place.path("kept"), with: [1])
        _ = try place.disk.open(place.path(PendingFile.prefix + "0"), .create)
        // Somebody is still at it.
        let living = try PendingFile(place.path("new"), on: place.disk)
        #expect(try place.disk.removeLeftovers(in: place.directory) == 1)
        try living.write([2])
        try living.commit()
        #expect(try place.disk.list(place.directory) == ["kept", "new"])
    }

    @Test(arguments: Kind.allCases)
    func makesMissingDirectoriesAbove(kind: Kind) throws {
        let place = try Place(kind)
        for _ in 0..<2 { try place.disk.createDirectories(place.path("a/b/c")) }
        #expect(try place.disk.status(place.path("a/b/c"))?.mode == 0o700)
        try place.disk.replace(place.path("f"), with: [])
        #expect(failure { try place.disk.createDirectories(place.path("f")) } == .exists)
    }
}

/// The kind of the error that `body` throws; nil when it throws none.
func failure(_ body: () throws -> Void) -> DiskError.Kind? {
    do {
        try body()
        return nil
    } catch {
        return (error as? DiskError)?.kind
    }
}
