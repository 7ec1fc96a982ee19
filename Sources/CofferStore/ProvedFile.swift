internal import CofferBytes
package import CofferDisk

/// That a bundle was hashed and found whole, and what the file system said of its file then.
///
/// Where it still says the same, the bundle is taken for whole for a day: a chain of backups may
/// have hundreds of gigabytes, and goes on every hour. No program that may not set the clock or
/// write past the file system can change bytes and leave the time of the change as it was; what a
/// disk loses by itself is found out when the day is over.
package struct ProvedFile: Sendable, Equatable {
    /// The content id of a bundle, in bytes.
    private static let contentSize = 32
    /// How long it counts, in milliseconds.
    private static let lifetime: Int64 = 86_400_000

    /// The content id of the bundle.
    package let content: [UInt8]
    private let size: Int64
    private let changedSeconds: Int64
    private let changedNanoseconds: Int64
    private let inode: UInt64
    private let device: UInt64
    /// When it was found out, in milliseconds since 1970.
    private let instant: Int64

    /// Describes a bundle that was found whole.
    package init(_ content: [UInt8], _ status: FileStatus, at now: Int64) {
        self.content = content
        size = status.size
        changedSeconds = status.changedSeconds
        changedNanoseconds = status.changedNanoseconds
        inode = status.inode
        device = status.device
        instant = now
    }

    /// Whether the file is as it was then, and that is not long ago.
    package func holds(for status: FileStatus, at now: Int64) -> Bool {
        isFresh(at: now) && self == ProvedFile(content, status, at: instant)
    }

    /// Whether it counts still, also by a clock that has been set back.
    internal func isFresh(at now: Int64) -> Bool {
        let (age, overflows) = now.subtractingReportingOverflow(instant)
        return !overflows && age >= 0 && age < Self.lifetime
    }

    internal init(_ reader: inout ByteReader) throws(ByteReader.Failure) {
        content = try reader.take(Self.contentSize)
        size = Int64(bitPattern: try reader.u64())
        changedSeconds = Int64(bitPattern: try reader.u64())
        changedNanoseconds = Int64(bitPattern: try reader.u64())
        inode = try reader.u64()
        device = try reader.u64()
        instant = Int64(bitPattern: try reader.u64())
    }

    internal func write(to writer: inout ByteWriter) {
        writer.write(content)
        writer.write(UInt64(bitPattern: size))
        writer.write(UInt64(bitPattern: changedSeconds))
        writer.write(UInt64(bitPattern: changedNanoseconds))
        writer.write(inode)
        writer.write(device)
        writer.write(UInt64(bitPattern: instant))
    }
}
