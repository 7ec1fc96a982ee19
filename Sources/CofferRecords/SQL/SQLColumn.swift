internal import CofferFormat
internal import CofferSchema

/// A column of a collection as SQL sees it.
internal struct SQLColumn {
    /// What stands in a column.
    internal enum Content {
        /// A field, by its place in the definition and in the schema.
        case field(Int, FieldKind)
        /// The record's id.
        case id
        /// The record's own key.
        case key
        /// The version.
        case version
        /// When it was made.
        case created
        /// When it was last written.
        case modified
        /// The properties that the schema does not name.
        case extra
    }

    /// The column's name.
    internal let name: String
    /// What stands in it.
    internal let content: Content

    /// Coffer's own columns, which `*` leaves out.
    internal static let own: [(name: String, type: String, content: Content)] = [
        ("coffer_id", "TEXT", .id), ("coffer_key", "", .key),
        ("coffer_version", "INTEGER", .version),
        ("coffer_created", "INTEGER", .created), ("coffer_modified", "INTEGER", .modified),
        ("coffer_extra", "TEXT", .extra),
    ]

    /// The columns of a collection, and the fields that got another name.
    ///
    /// SQL does not tell capital from small letters of ASCII; of two such names, and of one that
    /// is Coffer's own, the later gets a number.
    internal static func all(
        of plan: CollectionPlan
    ) -> (columns: [SQLColumn], renamed: [(field: String, column: String)]) {
        var taken = Set(own.map(\.name))
        var columns: [SQLColumn] = []
        var renamed: [(field: String, column: String)] = []
        for field in plan.schema.fields {
            guard let position = plan.position(of: field.name) else { continue }
            var name = field.name
            var number = 2
            while !taken.insert(folded(name)).inserted {
                name = "\(field.name)_\(number)"
                number += 1
            }
            if number > 2 { renamed.append((field.name, name)) }
            columns.append(SQLColumn(name: name, content: .field(position, field.kind)))
        }
        columns += own.map { SQLColumn(name: $0.name, content: $0.content) }
        return (columns, renamed)
    }

    /// The declaration of a table with these columns.
    ///
    /// A type only says how a comparison treats its other side (`level = '5'`), never what is in
    /// the column; fields of several types have none. The own key compares as its field does.
    internal static func declaration(_ columns: [SQLColumn], keyKind: FieldKind) -> String {
        let parts = columns.map { column in
            let name = RuleChecker.quote(column.name)
            switch column.content {
            case .field(_, let kind): return "\(name) \(type(of: kind))"
            case .key:
                let type = type(of: keyKind)
                // HIDDEN alone would be read as a type, and one of numbers: datatype3, section 3.1.
                return "\(name) \(type.isEmpty ? "BLOB" : type) HIDDEN"
            default:
                let type = own.first { $0.name == column.name }?.type ?? ""
                return "\(name) \(type) HIDDEN"
            }
        }
        return "CREATE TABLE x(\(parts.joined(separator: ", ")))"
    }

    private static func type(of kind: FieldKind) -> String {
        switch kind {
        case .text, .json: "TEXT"
        case .integer: "INTEGER"
        case .number: "NUMERIC"
        case .boolean: "BOOLEAN"
        case .any: ""
        }
    }

    private static func folded(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { scalar in
                    ("A"..."Z").contains(scalar)
                        ? Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value) | 0x20) : scalar
                }))
    }
}
