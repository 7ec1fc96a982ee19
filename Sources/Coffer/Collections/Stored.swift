internal import CofferFormat
internal import CofferRecords

/// A record of a collection as a value of Swift, with what the vault knows of it.
///
/// Properties of the value can be asked for directly, `stored.level` for `stored.value.level`. What
/// the vault knows goes before: `stored.id` is the record's UUID, also where the type has an `id`
/// of its own.
@dynamicMemberLookup
public struct Stored<Content: Sendable>: Sendable {
    /// The record itself.
    public let value: Content
    /// The record's id, a UUID in small letters.
    public let id: String
    /// The record's own key as text; nil when it has none.
    public let key: String?
    /// The version, 1 for a new record; each write that changes it adds one.
    public let version: UInt64
    /// When it was made, in milliseconds since 1970.
    public let created: Int64
    /// When it was last written, in milliseconds since 1970.
    public let modified: Int64

    internal init(_ record: Record, _ coder: RecordCoder<Content>, in collection: String) throws {
        value = try coder.decode(record.value, in: collection)
        let document = Document(record)
        id = document.id
        key = document.key
        version = document.version
        created = document.created
        modified = document.modified
    }

    /// A property of the record itself.
    public subscript<Property>(dynamicMember path: KeyPath<Content, Property>) -> Property {
        value[keyPath: path]
    }
}
