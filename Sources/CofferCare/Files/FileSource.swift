package import CofferDisk

/// The bytes of a file that is to be added, in their order.
package protocol FileBytes: AnyObject {
    /// Fills a buffer from an index on with the next bytes, as many as come; 0 at the end.
    func readNext(_ buffer: inout MutableSpan<UInt8>, from start: Int) throws -> Int

    /// What the source looks like after its last byte; nil where it was changed meanwhile, or is no
    /// file.
    func stamp() throws -> SourceStamp?
}

/// A file that is to be added.
package struct FileSource {
    /// Its name in the vault.
    package let name: FileName
    /// What it holds, as in MIME; nil to look at its first bytes and its name.
    package let media: String?
    /// When it was changed last, in milliseconds since 1970.
    package let modified: Int64?
    /// The records that it goes with.
    package let links: [String]
    /// When its record was made, where that is new here; nil for now.
    package let created: Int64?
    /// Its bytes.
    internal let bytes: any FileBytes

    /// Describes a source.
    package init(
        name: FileName, media: String? = nil, modified: Int64? = nil, links: [String] = [],
        created: Int64? = nil, bytes: any FileBytes
    ) {
        self.name = name
        self.media = media
        self.modified = modified
        self.links = links
        self.created = created
        self.bytes = bytes
    }
}

/// The bytes of a file of this machine.
package final class DiskBytes: FileBytes {
    private let path: String
    private let file: any DiskFile
    private let before: FileStatus
    private var offset: Int64 = 0

    /// Opens an ordinary file.
    ///
    /// - Parameters:
    ///   - path: An absolute path, under which its look is remembered.
    ///   - follows: Whether it may be a symbolic link.
    /// - Throws: `DiskError`.
    package init(
        _ path: String, follows: Bool = false, on disk: any FileSystem = LocalFileSystem()
    ) throws(DiskError) {
        self.path = path
        file = try disk.open(path, follows ? .readFollowing : .read)
        before = try file.status()
    }

    /// When it was changed last, in milliseconds since 1970.
    package var modified: Int64 {
        before.modifiedSeconds &* 1_000 &+ before.modifiedNanoseconds / 1_000_000
    }

    /// How many bytes it had when it was opened.
    package var size: Int64 { before.size }

    /// What it looked like when it was opened.
    package var look: SourceStamp { SourceStamp(path, before) }

    /// Fills a buffer with the next bytes.
    package func readNext(
        _ buffer: inout MutableSpan<UInt8>, from start: Int
    ) throws -> Int {
        let count = try file.readSome(&buffer, from: start, at: offset)
        offset += Int64(count)
        return count
    }

    /// What it looks like, where that is what it looked like before.
    package func stamp() throws -> SourceStamp? {
        let after = try file.status()
        return after == before && after.size == offset ? look : nil
    }
}
