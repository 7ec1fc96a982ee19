import CofferDisk
import Glibc
import Synchronization
import Testing

/// Writing past the system's cache.
@Suite struct DirectWriterTests {
    /// A file that takes only whole pages at page addresses while its cache is passed by.
    private final class PickyFile: DiskFile {
        struct State {
            var bytes: [UInt8] = []
            var isDirect = false
            var direct = 0
            var refusals = 0
        }
        let state = Mutex(State())
        let writeLimit: Int
        let refusesAll: Bool

        init(_ start: Int, writeLimit: Int = .max, refusesAll: Bool = false) {
            state.withLock { $0.bytes = [UInt8](repeating: 7, count: start) }
            self.writeLimit = writeLimit
            self.refusesAll = refusesAll
        }

        func bypassCache(_ isOn: Bool) -> Bool {
            state.withLock { $0.isDirect = isOn }
            return true
        }

        func writeSome(_ bytes: Span<UInt8>) throws(DiskError) -> Int {
            let address = unsafe bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
            let part = (0..<min(bytes.count, writeLimit)).map { bytes[$0] }
            let isTaken = state.withLock { state in
                if state.isDirect {
                    let sum = address | UInt(bytes.count) | UInt(state.bytes.count)
                    guard !refusesAll, sum % 4_096 == 0 else {
                        state.refusals += 1
                        return false
                    }
                    state.direct += part.count
                }
                state.bytes += part
                return true
            }
            guard isTaken else { throw DiskError(.write, "picky", errno: EINVAL) }
            return part.count
        }

        func readSome(
            _ buffer: inout MutableSpan<UInt8>, from start: Int, at offset: Int64
        ) throws(DiskError) -> Int { 0 }
        func synchronize() throws(DiskError) {}
        func truncate(to size: Int64) throws(DiskError) {}
        func status() throws(DiskError) -> FileStatus { FileStatus(kind: .regular, size: 0) }
    }

    private static let sizes = [
        0, 1, 4_095, 4_096, 4_097, 1 << 20 - 1, 1 << 20, 1 << 20 + 5, 3 << 20 + 777,
    ]

    private func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
    }

    /// Gives the bytes in parts of odd sizes.
    private func write(_ bytes: [UInt8], _ writer: DirectWriter) throws {
        var (done, step) = (0, 1)
        while done < bytes.count {
            let count = min(step, bytes.count - done)
            try writer.write(Array(bytes[done..<done + count]))
            done += count
            step = step * 7 % 300_007 + 1
        }
        try writer.finish()
    }

    @Test(arguments: [0, 4_096, 100])
    func writesExactlyWhatIsGiven(start: Int) throws {
        let scratch = try ScratchDirectory()
        let disk = LocalFileSystem()
        for size in Self.sizes {
            let path = scratch.file("\(size)")
            try disk.replace(path, with: bytes(start))
            let file = try disk.open(path, .append)
            try write(bytes(size), DirectWriter(file, at: Int64(start)))
            // What comes after goes through the cache again, whatever its size.
            try file.write([1, 2, 3])
            #expect(try disk.read(path, limit: 8 << 20) == bytes(start) + bytes(size) + [1, 2, 3])
        }
    }

    @Test func passesWholePagesByTheCache() throws {
        for size in Self.sizes {
            let file = PickyFile(8_192)
            try write(bytes(size), DirectWriter(file, at: 8_192))
            let state = file.state.withLock { $0 }
            #expect(Array(state.bytes.dropFirst(8_192)) == bytes(size))
            #expect(state.direct == size / 4_096 * 4_096 && state.refusals == 0)
            #expect(!state.isDirect)
        }
    }

    @Test func goesOnAsUsualWhereTheFileSystemRefuses() throws {
        let file = PickyFile(0, refusesAll: true)
        try write(bytes(3 << 20), DirectWriter(file, at: 0))
        let state = file.state.withLock { $0 }
        #expect(state.bytes == bytes(3 << 20))
        #expect(state.direct == 0 && state.refusals == 1)
    }

    @Test func goesOnAfterAPartOfAPage() throws {
        let file = PickyFile(0, writeLimit: 1_000)
        try write(bytes(1 << 20 + 9), DirectWriter(file, at: 0))
        let state = file.state.withLock { $0 }
        #expect(state.bytes == bytes(1 << 20 + 9))
        #expect(state.direct == 1_000 && state.refusals == 0)
    }

    @Test func beginsNothingPastTheCacheInsideAPage() throws {
        let file = PickyFile(100)
        try write(bytes(1 << 20), DirectWriter(file, at: 100))
        #expect(file.state.withLock { $0.direct } == 0)
    }

    @Test func saysHowMuchWaits() throws {
        let writer = DirectWriter(PickyFile(0), at: 0)
        try writer.write(bytes(5_000))
        #expect(writer.waiting == 5_000)
        try writer.finish()
        #expect(writer.waiting == 0)
    }
}
