internal import CofferBytes
package import CofferFormat
package import CofferRecords

/// A file of a vault, as its record says (`Docs/Format.md`, section 20.4).
package struct StoredFile: Equatable, Sendable {
    /// Its name.
    package let name: FileName
    /// How many bytes it has.
    package var size: UInt64
    /// SHA-256 of its bytes, in hexadecimal digits.
    package var sha256: String
    /// What it holds, as in MIME.
    package var media: String
    /// When its source was changed last, in milliseconds since 1970; nil where it had none.
    package var modified: Int64?
    /// Its chunks.
    package var chunks: ChunkList
    /// Where it came from; nil where that may have changed since.
    package var source: SourceStamp?
    /// The records that it goes with, as `COLLECTION/ID`.
    package var links: [String]

    /// Describes a file.
    package init(
        name: FileName, size: UInt64, sha256: String, media: String, modified: Int64?,
        chunks: ChunkList, source: SourceStamp?, links: [String]
    ) {
        self.name = name
        self.size = size
        self.sha256 = sha256
        self.media = media
        self.modified = modified
        self.chunks = chunks
        self.source = source
        self.links = links
    }

    /// The collection of files.
    package static let collection = SystemCollection(
        "files", key: "name",
        schema: """
            {"type":"object","additionalProperties":false,\
            "required":["name","size","sha256","media","chunks"],"properties":{\
            "name":{"type":"string"},"size":{"type":"integer"},"sha256":{"type":"string"},\
            "media":{"type":"string"},"modified":{"type":"integer"},\
            "chunks":{"type":"string"},"source":{"type":"object"},"links":{"type":"array"}}}
            """)

    /// Reads one; nil for a record that is none.
    package init?(_ record: Value) {
        guard case .text(let text)? = record["name"], let name = try? FileName(text),
            case .integer(let size)? = record["size"], let size = UInt64(exactly: size),
            case .text(let sha256)? = record["sha256"], case .text(let media)? = record["media"],
            case .text(let list)? = record["chunks"], let bytes = Base64.decode(Array(list.utf8)),
            let chunks = try? ChunkList(parsing: bytes), chunks.size == size
        else { return nil }
        self.name = name
        self.size = size
        self.sha256 = sha256
        self.media = media
        self.chunks = chunks
        if case .integer(let time)? = record["modified"] { modified = time }
        source = record["source"].flatMap(SourceStamp.init)
        links = []
        if case .array(let all)? = record["links"] {
            links = all.compactMap { if case .text(let link) = $0 { link } else { nil } }
        }
    }

    /// The record of it.
    package var record: Value {
        var members = [
            Value.Member("name", .text(name.text)),
            Value.Member("size", .integer(Int64(clamping: size))),
            Value.Member("sha256", .text(sha256)), Value.Member("media", .text(media)),
            Value.Member("chunks", .text(Base64.encode(chunks.bytes))),
        ]
        if let modified { members.append(Value.Member("modified", .integer(modified))) }
        if let source { members.append(Value.Member("source", source.value)) }
        if !links.isEmpty {
            members.append(Value.Member("links", .array(links.map { .text($0) })))
        }
        return .object(members)
    }
}
