internal import CofferCare
internal import CofferFormat

/// A file that is kept in a vault.
public struct VaultFile: Sendable {
    /// Its name, segments with `/` between them.
    public let name: String
    /// How many bytes it has.
    public let size: UInt64
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    public let sha256: String
    /// What it holds, as in MIME.
    public let media: String
    /// When its source was changed last, in milliseconds since 1970; nil where it had none.
    public let modified: Int64?
    /// How many chunks it is stored in.
    public let chunks: Int
    /// How many bytes its chunks take on the disk, those that other files have too included; nil
    /// where one is missing, or nobody has looked (``Files/info(_:)`` does, and
    /// ``Files/list(under:isMeasuring:each:)`` when asked).
    public let stored: UInt64?
    /// Where it came from, an absolute path; nil where it was no file, or changed while it was read.
    public let source: String?
    /// The records that it goes with, as `COLLECTION/ID`.
    public let links: [String]

    internal init(_ file: StoredFile, stored: UInt64? = nil) {
        self.stored = stored
        name = file.name.text
        size = file.size
        sha256 = file.sha256
        media = file.media
        modified = file.modified
        chunks = file.chunks.items.count
        source = file.source?.path
        links = file.links
    }
}
