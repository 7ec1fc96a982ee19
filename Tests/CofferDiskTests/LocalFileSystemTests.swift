import CofferDisk
import Foundation
import Glibc
import Testing

/// What only the machine's own disk can show.
@Suite struct LocalFileSystemTests {
    private let disk = LocalFileSystem()
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func bits(_ name: String) throws -> UInt32? {
        try disk.status(scratch.file(name))?.mode
    }

    @Test func makesEverythingForItsOwnerAlone() throws {
        try disk.createDirectory(scratch.file("d"))
        try disk.replace(scratch.file("a"), with: [1])
        try disk.append([1], to: scratch.file("b"))
        try disk.createExclusive(scratch.file("c")).commit()
        _ = try disk.lock(scratch.file("e"), .exclusive, timeout: .zero)
        #expect(try bits("d") == 0o700)
        for name in ["a", "b", "c", "e"] { #expect(try bits(name) == 0o600, "\(name)") }
    }

    /// None of these may hang, be followed or be written.
    @Test func refusesWhatIsNoOrdinaryFile() throws {
        try disk.replace(scratch.file("target"), with: [7])
        unsafe mkfifo(scratch.file("fifo"), 0o600)
        unsafe symlink(scratch.file("target"), scratch.file("link"))
        unsafe symlink("/nowhere", scratch.file("dangling"))
        try disk.createDirectory(scratch.file("directory"))
        try makeSocket(scratch.file("socket"))
        let paths =
            ["fifo", "link", "dangling", "directory", "socket"].map(scratch.file)
            + ["/dev/null", "/dev/zero"]
        for path in paths {
            #expect(failure { _ = try disk.read(path, limit: 9) } == .notRegular, "\(path)")
            #expect(failure { try disk.append([1], to: path) } == .notRegular, "\(path)")
            if !path.hasPrefix("/dev") {
                #expect(failure { _ = try disk.createExclusive(path) } == .exists, "\(path)")
                let lock = failure { _ = try disk.lock(path, .exclusive, timeout: .zero) }
                #expect(lock == .notRegular, "\(path)")
            }
        }
        #expect(try disk.read(scratch.file("link"), limit: 9, followsLinks: true) == [7])
        #expect(try disk.status(scratch.file("link"))?.kind == .symbolicLink)
        #expect(try disk.status(scratch.file("fifo"))?.kind == .special)
        // Replacing takes the name and leaves what a link points to.
        try disk.replace(scratch.file("link"), with: [8])
        #expect(try disk.read(scratch.file("target"), limit: 9) == [7])
        #expect(try disk.status(scratch.file("link"))?.kind == .regular)
    }

    @Test func removesATreeButNotWhatItLinksTo() throws {
        try disk.createDirectories(scratch.file("tree/deep"))
        try disk.replace(scratch.file("outside"), with: [1])
        try disk.replace(scratch.file("tree/deep/file"), with: [1])
        unsafe symlink(scratch.path, scratch.file("tree/link"))
        unsafe mkfifo(scratch.file("tree/fifo"), 0o600)
        try disk.removeTree(scratch.file("tree"))
        #expect(try disk.list(scratch.path) == ["outside"])
        #expect(failure { try disk.removeTree(scratch.file("tree")) } == .notFound)
    }

    @Test(arguments: [
        "a\nb", "a\u{1B}[31m", "grüße", "a b\\040", String(repeating: "x", count: 200),
    ])
    func takesEveryName(name: String) throws {
        try disk.replace(scratch.file(name), with: [1])
        #expect(try disk.list(scratch.path) == [name])
    }

    @Test func refusesNamesThatAreTooLong() throws {
        let long = scratch.file(String(repeating: "x", count: 300))
        #expect(failure { try disk.replace(long, with: []) } == .other)
    }

    @Test func passesOverNamesThatAreNoText() throws {
        try disk.replace(scratch.file("neighbour"), with: [1])
        var name: [CChar] = (scratch.path + "/").utf8.map { CChar(bitPattern: $0) } + [-1, 0]
        Glibc.close(unsafe creat(&name, 0o600))
        #expect(try disk.list(scratch.path) == ["neighbour"])
        // What was passed over is still there, and that is said.
        #expect(failure { try disk.removeTree(scratch.path) } == .exists)
        #expect(unsafe unlink(&name) == 0)
    }

    @Test func waitsForALockThatIsReleased() async throws {
        let path = scratch.file("lock")
        let held = try disk.lock(path, .exclusive, timeout: .zero)
        let clock = ContinuousClock()
        let begin = clock.now
        #expect(failure { _ = try disk.lock(path, .shared, timeout: .milliseconds(80)) } == .busy)
        #expect(begin.duration(to: clock.now) >= .milliseconds(80))
        let holder = Task {
            try await Task.sleep(for: .milliseconds(50))
            _ = held
        }
        _ = consume held
        try await holder.value
        _ = try disk.lock(path, .exclusive, timeout: .seconds(10))
    }

    @Test func survivesClosingAnotherDescriptorOfTheLockFile() throws {
        let path = scratch.file("lock")
        let held = try disk.lock(path, .exclusive, timeout: .zero)
        _ = try disk.read(path, limit: 0)
        #expect(failure { _ = try disk.lock(path, .exclusive, timeout: .zero) } == .busy)
        withExtendedLifetime(held) {}
    }

    @Test func knowsItsVolume() throws {
        let volume = try disk.volume("/proc/self")
        #expect(volume.name == "proc" && !volume.isRemote)
        #expect(try disk.volume(scratch.path).available > 0)
        #expect(failure { _ = try disk.volume(scratch.file("none")) } == .notFound)
        for name in ["nfs4", "cifs", "fuse.sshfs", "fuse", "9p"] {
            #expect(Volume(name: name, isReadOnly: false, available: 0).isRemote, "\(name)")
        }
        for name in ["ext4", "fuseblk", "overlay", ""] {
            #expect(!Volume(name: name, isReadOnly: false, available: 0).isRemote, "\(name)")
        }
    }

    @Test func saysThatADeviceIsFull() throws {
        let descriptor = unsafe Glibc.open("/dev/full", O_WRONLY)
        try #require(descriptor >= 0)
        defer { Glibc.close(descriptor) }
        var writer = DescriptorWriter(borrowing: descriptor, name: "output")
        try writer.write("small")
        do throws(DiskError) {
            try writer.flush()
            Issue.record("The device is full")
        } catch {
            #expect(error.kind == .full && error.path == "output")
        }
    }

    @Test func streamsThroughAPipe() throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        let (input, output) = (ends[0], ends[1])
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        // A thread, because a full pipe blocks it.
        Thread.detachNewThread {
            defer { Glibc.close(output) }
            var writer = DescriptorWriter(borrowing: output, name: "pipe")
            do {
                try writer.write(Array(bytes.prefix(10)))
                try writer.write(Array(bytes.dropFirst(10)))
                try writer.flush()
            } catch {
                Issue.record(error)
            }
        }
        var reader = DescriptorReader(borrowing: input, name: "pipe")
        var received: [UInt8] = []
        while true {
            let count = try reader.next { piece in
                for index in 0..<piece.count { received.append(piece[index]) }
                return piece.count
            }
            if count == 0 { break }
        }
        Glibc.close(input)
        #expect(received == bytes)
        #expect(failure { _ = try DescriptorReader(path: "/") } == .notRegular)
    }

    /// Closing the standard descriptors would hurt the test process, so another one does it.
    @Test func reservesTheStandardDescriptors() async {
        await #expect(processExitsWith: .success) {
            for descriptor: Int32 in [0, 1, 2] { close(descriptor) }
            do {
                try StandardDescriptors.reserve()
            } catch {
                exit(3)
            }
            let next = unsafe open("/dev/null", O_RDONLY)
            exit(next > 2 ? 0 : 4)
        }
    }

    /// The kernel writes a part and then refuses: a true short write.
    @Test func leavesTheOldFileAtTheFileSizeLimit() async throws {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            do {
                let scratch = try ScratchDirectory()
                let disk = LocalFileSystem()
                try disk.replace(scratch.file("a"), with: [1])
                try disk.replace(scratch.file("log"), with: [UInt8](repeating: 1, count: 90_000))
                var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
                unsafe setrlimit(__rlimit_resource_t(1), &limit)
                let large = [UInt8](repeating: 2, count: 150_000)
                guard failure({ try disk.replace(scratch.file("a"), with: large) }) == .full,
                    try disk.read(scratch.file("a"), limit: 9) == [1],
                    failure({ try disk.append(large, to: scratch.file("log")) }) == .full,
                    try disk.read(scratch.file("log"), limit: 99_999).count == 90_000,
                    try disk.list(scratch.path) == ["a", "log"]
                else { exit(2) }
                try disk.removeTree(scratch.path)
            } catch {
                exit(3)
            }
            exit(0)
        }
    }

    private func makeSocket(_ path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            unsafe bytes.copyBytes(from: path.utf8.prefix(bytes.count - 1))
        }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, size)
            }
        }
        try #require(result == 0)
    }
}
