internal import CofferBytes
internal import CofferFormat
internal import CofferRecords

/// A record as it is shown: its fields as JSON, and what is known about it.
public struct Document: Sendable {
    /// The record's id, a UUID.
    public var id: String { identifier.description }
    /// The record's own key as text; nil when it has none.
    public let key: String?
    /// The version, 1 for a new record.
    public let version: UInt64
    /// When it was made, in milliseconds since 1970.
    public let created: Int64
    /// When it was last written, in milliseconds since 1970.
    public let modified: Int64
    private let identifier: Identifier
    private let members: [Value.Member]

    internal init(_ record: Record) {
        identifier = record.id
        key = record.key.flatMap(Self.text)
        version = record.header.revision
        created = record.header.created
        modified = record.header.modified
        members = record.members
    }

    /// The fields as one value.
    internal var value: Value { .object(members) }

    /// The record as a value of a type.
    ///
    /// - Throws: ``VaultError/Code/invalid`` with the way to what does not fit.
    public func decode<Content: Decodable>(_ type: Content.Type) throws(VaultError) -> Content {
        do { return try ValueDecoder().decode(type, from: value) } catch {
            throw VaultError(VaultError.coding(error, in: id))
        }
    }

    /// The names of the fields present.
    public var fields: [String] { members.map(\.name) }

    /// The fields as one JSON object.
    public var json: String { String(decoding: JSON.write(.object(members)), as: UTF8.self) }

    /// The fields as one JSON object over several lines, for people.
    public var prettyJSON: String {
        String(decoding: JSON.writePretty(.object(members)), as: UTF8.self)
    }

    /// The whole record as one JSON object: id, key, version, created, modified, fields.
    public var fullJSON: String {
        let whole: [Value.Member] = [
            Value.Member("id", .text(id)),
            Value.Member("key", key.map { .text($0) } ?? .null),
            Value.Member("version", .integer(Int64(clamping: version))),
            Value.Member("created", .text(Timestamp.text(created))),
            Value.Member("modified", .text(Timestamp.text(modified))),
            Value.Member("fields", .object(members)),
        ]
        return String(decoding: JSON.write(.object(whole)), as: UTF8.self)
    }

    /// One field as JSON; nil when it is absent.
    public func fieldJSON(_ name: String) -> String? {
        value(name).map { String(decoding: JSON.write($0), as: UTF8.self) }
    }

    /// One field for people: text as it is, everything else as JSON; nil when it is absent.
    public func fieldText(_ name: String) -> String? {
        guard let value = value(name) else { return nil }
        if case .text(let text) = value { return text }
        return String(decoding: JSON.write(value), as: UTF8.self)
    }

    /// The document with only the fields named.
    internal func keeping(_ names: [String]) -> Document {
        Document(self, members: names.compactMap { name in members.first { $0.name == name } })
    }

    private init(_ other: Document, members: [Value.Member]) {
        identifier = other.identifier
        key = other.key
        version = other.version
        created = other.created
        modified = other.modified
        self.members = members
    }

    private func value(_ name: String) -> Value? { members.first { $0.name == name }?.value }

    private static func text(_ value: Value) -> String? {
        switch value {
        case .text(let text): text
        case .null: nil
        default: String(decoding: JSON.write(value), as: UTF8.self)
        }
    }
}
