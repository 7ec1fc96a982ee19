internal import CofferBytes
internal import CofferCare
internal import CofferFormat
internal import CofferRecords
internal import CofferStore

/// What an exported folder says of a file of the vault: one line of its list.
internal struct FileLine {
    /// A record that the file goes with.
    internal enum Link: Equatable {
        /// By its own key, from which another vault derives another id.
        case key(collection: String, Value)
        /// As the vault has it: `COLLECTION/ID`.
        case id(String)
    }

    /// The file as its record says, but for its chunks and links.
    internal var name: FileName
    /// Where its bytes are, from the folder; nil where they did not verify.
    internal var path: String?
    /// How many bytes it has.
    internal var bytes: UInt64
    /// SHA-256 of them, in hexadecimal digits.
    internal var sha256: String
    /// What it holds, as in MIME.
    internal var media: String
    /// When its record was made, in milliseconds since 1970.
    internal var created: Int64
    /// When its source was changed last.
    internal var modified: Int64?
    /// Where it came from.
    internal var source: SourceStamp?
    /// The records that it goes with.
    internal var links: [Link]

    /// Describes a file.
    internal init(_ record: Record, _ file: StoredFile, path: String?, _ reader: RecordReader) {
        name = file.name
        self.path = path
        (bytes, sha256, media) = (file.size, file.sha256, file.media)
        created = record.header.created
        (modified, source) = (file.modified, file.source)
        links = file.links.map { Self.link($0, reader) }
    }

    /// The record that a link leads to, by its key where it has one.
    private static func link(_ text: String, _ reader: RecordReader) -> Link {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let id = Identifier(text: String(parts[1])),
            let plan = try? reader.plan(named: String(parts[0])),
            let record = try? reader.get(id, in: plan), let key = record.key,
            CanonicalValue.bytes(key) != nil
        else { return .id(text) }
        return .key(collection: plan.name, key)
    }

    /// The links as a vault has them.
    internal func links(in reader: RecordReader) -> [String] {
        links.map { link in
            switch link {
            case .id(let text): return text
            case .key(let collection, let key):
                guard let plan = try? reader.plan(named: collection),
                    let id = reader.names.id(of: key, in: plan.number)
                else { return "\(collection)/\(String(decoding: JSON.write(key), as: UTF8.self))" }
                return "\(collection)/\(id)"
            }
        }
    }
}

extension FileLine {
    /// The line as a value.
    internal var value: Value {
        var members = [
            Value.Member("name", .text(name.text)),
            Value.Member("path", path.map { .text($0) } ?? .null),
            Value.Member("bytes", .integer(Int64(clamping: bytes))),
            Value.Member("sha256", .text(sha256)), Value.Member("media", .text(media)),
            Value.Member("created", Self.time(created)),
        ]
        if let modified { members.append(Value.Member("modified", Self.time(modified))) }
        if let source { members.append(Value.Member("source", source.value)) }
        if !links.isEmpty { members.append(Value.Member("links", .array(links.map(\.value)))) }
        return .object(members)
    }

    /// A time as text; a year that text cannot say as milliseconds since 1970.
    private static func time(_ milliseconds: Int64) -> Value {
        let text = Timestamp.text(milliseconds)
        return Timestamp.milliseconds(text) == milliseconds ? .text(text) : .integer(milliseconds)
    }

    private static func time(_ value: Value?) -> Int64? {
        switch value {
        case .text(let text)?: Timestamp.milliseconds(text)
        case .integer(let milliseconds)?: milliseconds
        default: nil
        }
    }

    /// Reads a line; nil for what has not the form, and what it does not know it passes over.
    internal init?(_ value: Value) {
        guard case .text(let text)? = value["name"], let name = try? FileName(text),
            case .integer(let bytes)? = value["bytes"], let bytes = UInt64(exactly: bytes),
            case .text(let sha256)? = value["sha256"], case .text(let media)? = value["media"],
            let created = Self.time(value["created"])
        else { return nil }
        (self.name, self.bytes, self.sha256, self.media) = (name, bytes, sha256, media)
        self.created = created
        switch value["path"] {
        case .text(let path)?:
            guard FolderManifest.isInside(path) else { return nil }
            self.path = path
        case .null?: path = nil
        default: return nil
        }
        if let given = value["modified"] {
            guard let time = Self.time(given) else { return nil }
            modified = time
        }
        if let given = value["source"] {
            guard let stamp = SourceStamp(given) else { return nil }
            source = stamp
        }
        links = []
        switch value["links"] {
        case nil: break
        case .array(let all)?:
            for one in all {
                guard let link = Link(one) else { return nil }
                links.append(link)
            }
        default: return nil
        }
    }
}

extension FileLine.Link {
    fileprivate var value: Value {
        switch self {
        case .id(let text): .text(text)
        case .key(let collection, let key):
            .object([Value.Member("collection", .text(collection)), Value.Member("key", key)])
        }
    }

    fileprivate init?(_ value: Value) {
        if case .text(let text) = value {
            self = .id(text)
            return
        }
        guard case .text(let collection)? = value["collection"], let key = value["key"],
            CanonicalValue.bytes(key) != nil
        else { return nil }
        self = .key(collection: collection, key)
    }
}
