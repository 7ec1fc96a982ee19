internal import Glibc

/// Writes much at the end of a file past the system's cache, where the file system can.
///
/// A gigabyte that is written once and not read soon costs the cache a page for every 4 KiB, and
/// whoever needs those pages their contents; the copying alone takes longer than the disk. What
/// the file system does not take in this way is written as usual.
///
/// One thread uses it at a time. ``finish()`` must be the last call, before the file is made
/// durable.
@safe
package final class DirectWriter {
    /// Addresses, places and sizes are multiples of this (open(2), `O_DIRECT`; no file system
    /// asks for more than a page).
    private static let alignment = 4_096
    /// So much is collected before it is written.
    private static let capacity = 1 << 20

    private let file: any DiskFile
    private let buffer: UnsafeMutableRawBufferPointer
    private var filled = 0
    private var isDirect: Bool

    /// A writer that goes on at the end of a file.
    ///
    /// - Parameter start: How long the file is; past the cache goes only what begins at a multiple
    ///   of a page.
    package init(_ file: any DiskFile, at start: Int64) {
        self.file = file
        unsafe buffer = .allocate(byteCount: Self.capacity, alignment: Self.alignment)
        isDirect = start % Int64(Self.alignment) == 0 && file.bypassCache(true)
    }

    deinit {
        if isDirect { _ = file.bypassCache(false) }
        unsafe buffer.deallocate()
    }

    /// How many bytes have not reached the file yet.
    package var waiting: Int { filled }

    /// Adds bytes; they reach the file when enough have come together.
    package func write(_ bytes: Span<UInt8>) throws(DiskError) {
        if !isDirect {
            try flush()
            return try file.write(bytes)
        }
        var done = 0
        while done < bytes.count {
            let count = min(bytes.count - done, Self.capacity - filled)
            unsafe bytes.extracting(done..<done + count).withUnsafeBytes { part in
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + count])
                    .copyMemory(from: part)
            }
            filled += count
            done += count
            if filled == Self.capacity { try flush() }
        }
    }

    /// Adds bytes.
    package func write(_ bytes: [UInt8]) throws(DiskError) { try write(bytes.span) }

    /// Writes what is left, and gives the file back to the cache.
    package func finish() throws(DiskError) {
        let tail = filled % Self.alignment
        let whole = filled - tail
        if tail == 0 || !isDirect { return try flush() }
        try put(0, whole)
        stopBypassing()
        try put(whole, filled)
        filled = 0
    }

    private func flush() throws(DiskError) {
        try put(0, filled)
        filled = 0
    }

    private func put(_ from: Int, _ end: Int) throws(DiskError) {
        var done = from
        while done < end {
            let bytes = unsafe Span<UInt8>(
                _unsafeStart: buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(
                    to: UInt8.self), count: end)
            do throws(DiskError) {
                done += try file.writeSome(bytes.extracting(done...))
            } catch {
                // A disk with larger blocks, or a file system that finds out only now.
                guard isDirect, error.code == EINVAL else { throw error }
                stopBypassing()
            }
            // After a part of a block nothing is aligned any more.
            if isDirect, done % Self.alignment != 0 { stopBypassing() }
        }
    }

    private func stopBypassing() {
        _ = file.bypassCache(false)
        isDirect = false
    }
}
