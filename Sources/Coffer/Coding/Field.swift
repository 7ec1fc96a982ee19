/// A field of the records of a collection, to ask for records by it.
///
/// ```swift
/// let level = Field<Int>("level")
/// let name = Field<String>("name")
/// let wanted = level >= 3 && (name.hasPrefix("A") || name.isNull)
/// ```
///
/// `Content` is what the field holds where it holds something. A field that is absent or null is
/// like an optional that is nil: it equals only `nil`, is neither smaller nor larger than anything,
/// and `field != 3` is true of it, as in Swift and unlike in SQL.
///
/// Values are compared in the form in which records keep them: numbers by their value, text byte
/// for byte. Where texts are in composed form, as keyboards write them, that is Swift's own `==`
/// and `<`; "é" in decomposed form is another text. A record that holds a value of another
/// type there compares as if it held nothing, as far as the schema tells the types apart;
/// ``isNull`` only asks whether there is anything.
public struct Field<Content>: Sendable {
    internal let name: FieldName

    /// Names a top-level property, byte for byte.
    ///
    /// A property that the schema does not name can be asked for, too; no index helps then.
    public init(_ name: String) { self.name = .property(name) }

    internal init(own column: OwnColumn) { name = .own(column) }

    /// Whether the field is absent or null.
    public var isNull: Predicate { Predicate(.test(name, .isNull)) }
}

extension Field where Content == String {
    /// The record's id, a UUID in small letters.
    public static var recordID: Field { Field(own: .id) }
}

extension Field where Content == UInt64 {
    /// The record's version, 1 for a new one.
    public static var recordVersion: Field { Field(own: .version) }
}

extension Field where Content == Int64 {
    /// When the record was made, in milliseconds since 1970.
    public static var created: Field { Field(own: .created) }

    /// When the record was last written, in milliseconds since 1970.
    public static var modified: Field { Field(own: .modified) }
}

/// What a ``Field`` names.
internal enum FieldName: Sendable {
    /// A property of the records.
    case property(String)
    /// Something that Coffer knows of each record.
    case own(OwnColumn)

    /// The name for people.
    internal var text: String {
        switch self {
        case .property(let name): name
        case .own(let column): column.rawValue
        }
    }
}

/// What Coffer knows of each record, by the name of its column in SQL.
internal enum OwnColumn: String {
    /// The id.
    case id = "coffer_id"
    /// The version.
    case version = "coffer_version"
    /// When it was made.
    case created = "coffer_created"
    /// When it was last written.
    case modified = "coffer_modified"
}
