internal import CofferCare
internal import CofferDisk

/// A file that is to be kept in a vault.
public struct NewFile {
    /// Its name in the vault, segments with `/` between them.
    public let name: String
    /// Where its bytes come from.
    internal enum Origin {
        case path(String, follows: Bool)
        case bytes((Int) throws -> [UInt8])
    }

    internal let origin: Origin
    internal let media: String?

    /// A file of this machine.
    ///
    /// - Parameters:
    ///   - path: An absolute path of an ordinary file.
    ///   - name: Its name in the vault.
    ///   - media: What it holds, as in MIME; nil to look at it.
    ///   - isFollowing: Whether the path may be a symbolic link.
    public init(
        at path: String, as name: String, media: String? = nil, isFollowing: Bool = false
    ) {
        self.name = name
        self.media = media
        origin = .path(path, follows: isFollowing)
    }

    /// Bytes from anywhere.
    ///
    /// - Parameters:
    ///   - name: Its name in the vault.
    ///   - media: What it holds, as in MIME; nil to look at it.
    ///   - read: Gives the next bytes, at most as many as it is asked for; none at the end.
    public init(
        named name: String, media: String? = nil, read: @escaping (_ count: Int) throws -> [UInt8]
    ) {
        self.name = name
        self.media = media
        origin = .bytes(read)
    }
}

/// The bytes that a closure gives.
internal final class GivenBytes: FileBytes {
    private let read: (Int) throws -> [UInt8]

    internal init(_ read: @escaping (Int) throws -> [UInt8]) { self.read = read }

    internal func readNext(
        _ buffer: inout MutableSpan<UInt8>, from start: Int
    ) throws -> Int {
        let bytes = try read(buffer.count - start)
        guard bytes.count <= buffer.count - start else {
            throw VaultError(.usage, "more bytes were given than were asked for")
        }
        for (place, byte) in bytes.enumerated() { buffer[start + place] = byte }
        return bytes.count
    }

    internal func stamp() throws -> SourceStamp? { nil }
}
