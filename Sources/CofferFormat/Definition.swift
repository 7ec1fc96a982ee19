/// A collection as the catalog defines it: its name, its fields and where they are stored
/// (`Docs/Format.md`, section 8).
package struct Definition: Equatable, Sendable {
    /// Whose key a field is sealed under.
    package enum Scope: UInt8, Sendable {
        /// The vault's.
        case vault = 0
        /// The person's whom the record names.
        case subject = 1
    }

    /// What happens to a record when the one that it refers to goes.
    package enum OnDelete: UInt8, Sendable {
        /// The other may not go.
        case restrict = 0
        /// This one goes too.
        case cascade = 1
        /// The reference is emptied.
        case clear = 2
    }

    /// Which field says whom a record is about.
    package enum Subject: Equatable, Sendable {
        /// The collection is about nobody.
        case none
        /// The record is the person, by its own key.
        case own
        /// The field with this number holds the person's key.
        case field(UInt16)
    }

    /// A field: where its value is sealed and how it is found.
    package struct Field: Equatable, Sendable {
        /// The number, 1 to 2,040, never used again.
        package let number: UInt16
        /// The property's name; empty for the overflow field.
        package let name: String
        /// Whose key it is under.
        package let scope: Scope
        /// Found by equality through a blind index.
        package var isIndexed: Bool
        /// No two records share its value.
        package var isUnique: Bool
        /// Stored readable beside the sealed value.
        package var isPlain: Bool
        /// The collection that it refers to; 0 for none.
        package var target: UInt32
        /// What happens when the record referred to goes.
        package var onDelete: OnDelete
        /// The number of its clear column; 0 for none.
        package var column: UInt16

        /// A field that is only sealed.
        package init(number: UInt16, name: String, scope: Scope) {
            self.number = number
            self.name = name
            self.scope = scope
            isIndexed = false
            isUnique = false
            isPlain = false
            target = 0
            onDelete = .restrict
            column = 0
        }

        /// Whether the field refers to records of a collection.
        package var isReference: Bool { target != 0 }
    }

    /// A column of the collection's table after the five fixed ones.
    package struct Column: Hashable, Sendable {
        /// What a column holds.
        package enum Letter: UInt8, Sendable {
            /// A reference or a plain value.
            case clear = 0x72
            /// A blind index.
            case index = 0x78
            /// A sealed field.
            case field = 0x66
        }

        /// What it holds.
        package let letter: Letter
        /// Its number.
        package let number: UInt16

        /// Names a column.
        package init(_ letter: Letter, _ number: UInt16) {
            self.letter = letter
            self.number = number
        }

        /// The column's name, such as `f_3`.
        package var name: String {
            "\(Character(UnicodeScalar(letter.rawValue)))_\(number)"
        }
    }

    /// With this begin the names of the collections that Coffer keeps for itself.
    ///
    /// No collection of a user can have such a name: theirs have no colon.
    package static let systemPrefix = "coffer:"

    /// Whether Coffer keeps it for itself.
    package var isSystem: Bool { name.hasPrefix(Self.systemPrefix) }
    /// The collection of files: Coffer's own, but what is in it a person has put there.
    package static let filesName = systemPrefix + "files"
    /// Whether older versions of its records are kept.
    package var keepsVersions: Bool { !isSystem || name == Self.filesName }

    /// The largest definition in bytes.
    package static let sizeLimit = 4 << 20
    /// The most fields of a collection beside its overflow field.
    package static let fieldLimit = 1_000
    /// The highest number of a collection.
    package static let collectionLimit: UInt32 = 65_535
    /// The highest field or column number: the bitmap in a record's header has 255 bytes.
    package static let numberLimit: UInt16 = 2_040

    /// The collection's number, never used again.
    package let collection: UInt32
    /// The version, from 1 without gaps.
    package let version: UInt32
    /// When this version was made, in milliseconds since 1970.
    package let created: Int64
    /// The collection's name.
    package let name: String
    /// The field that holds each record's own key; 0 for none.
    package let keyField: UInt16
    /// Whom the records are about.
    package let subject: Subject
    /// The field for properties that the schema does not name.
    package let overflowField: UInt16
    /// The fields in ascending order of their numbers.
    package let fields: [Field]
    /// The columns in the order that the table has them.
    package let columns: [Column]
    /// The JSON Schema as JSON text.
    package let schema: [UInt8]

    /// Puts a definition together.
    package init(
        collection: UInt32, version: UInt32, created: Int64, name: String, keyField: UInt16,
        subject: Subject, overflowField: UInt16, fields: [Field], columns: [Column],
        schema: [UInt8]
    ) {
        self.collection = collection
        self.version = version
        self.created = created
        self.name = name
        self.keyField = keyField
        self.subject = subject
        self.overflowField = overflowField
        self.fields = fields
        self.columns = columns
        self.schema = schema
    }

    /// The scopes in catalog order; the first is always the vault's.
    package var scopes: [Scope] { subject == .none ? [.vault] : [.vault, .subject] }
}
