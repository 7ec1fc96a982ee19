internal import CofferBytes
package import CofferFormat
internal import CofferSQLite
package import CofferSchema
internal import CofferStore

/// A collection made ready for work: its definition, its compiled schema and its statements.
package final class CollectionPlan: Sendable {
    /// The number of columns before those of the definition: rid, id, seq, keys, seal.
    internal static let fixedColumns = fixedNames.count
    private static let fixedNames = ["rid", "id", "seq", "keys", "seal"]

    /// The definition.
    package let definition: Definition
    /// The compiled schema.
    package let schema: CollectionSchema
    /// For each field of the schema, its place in `definition.fields`.
    private let positions: [Int]
    /// Where the overflow field stands in `definition.fields`.
    internal let overflowPosition: Int
    /// For each field of the definition, the place of its column in a full row.
    internal let fieldColumns: [Int]
    /// For each field of the definition, its number.
    internal let fieldNumbers: [UInt16]
    /// The names of the fields.
    internal let fieldNames: [String]
    /// Whether these numbers ascend, as they do unless fields have come and gone.
    internal let areNumbersAscending: Bool
    /// For each field of the definition, whether it is under the person's key.
    internal let areSubjects: [Bool]
    /// The number of scopes.
    internal let scopeCount: Int
    /// For each field of the definition, the place of its clear column in a full row; -1 for none.
    internal let clearColumns: [Int]
    /// The clear columns in ascending order of their numbers: number and place in a full row.
    internal let clearOrder: [(number: UInt16, place: Int)]

    /// A full row by its id, and the vault's state behind it: one snapshot in one statement.
    internal let selectAtOnce: StatementText
    /// Where the state stands there.
    internal let stateColumn: Int
    /// The columns of a full row.
    internal let shape: RowShape
    internal let select: String
    /// A full row by its id.
    internal let selectByID: StatementText
    internal let insert: String
    internal let update: String
    /// A full row of an older version, its number and note after the columns of the record.
    internal let selectHistory: String
    /// Copies a row into the history: number, note and row number of the record.
    internal let keep: String
    /// Write a record, or an older version, over as it is, under other keys: by the parameters of an
    /// insert, of which those of indexed columns are used for new blind indexes only.
    internal let move: MoveStatements
    /// Inserts into the history: the columns of a record, then number and note.
    internal let insertHistory: String

    /// Prepares a collection by the schema in its definition.
    ///
    /// - Throws: `StoreError.damaged` for a schema that no writer would have left.
    internal convenience init(compiling definition: Definition) throws {
        let value: Value
        do {
            value = try JSON.parse(definition.schema)
        } catch { throw StoreError.damaged("the schema of collection \(definition.collection)") }
        self.init(
            definition,
            schema: try CollectionSchema(
                parsing: value, text: definition.schema, name: definition.name,
                isSystem: definition.isSystem))
    }

    /// Prepares a collection.
    package init(_ definition: Definition, schema: CollectionSchema) {
        self.definition = definition
        self.schema = schema
        var positions = [Int](repeating: -1, count: schema.fields.count)
        var overflow = 0
        for (index, field) in definition.fields.enumerated() {
            if field.number == definition.overflowField {
                overflow = index
            } else if let position = schema.position(ofField: field.name) {
                positions[position] = index
            }
        }
        self.positions = positions
        overflowPosition = overflow
        var places: [Definition.Column: Int] = [:]
        for (index, column) in definition.columns.enumerated() {
            places[column] = index + Self.fixedColumns
        }
        fieldColumns = definition.fields.map { places[Definition.Column(.field, $0.number)] ?? 0 }
        fieldNumbers = definition.fields.map(\.number)
        fieldNames = definition.fields.map(\.name)
        areNumbersAscending = zip(fieldNumbers, fieldNumbers.dropFirst()).allSatisfy { $0 < $1 }
        areSubjects = definition.fields.map { $0.scope == .subject }
        scopeCount = definition.scopes.count
        clearColumns = definition.fields.map { field in
            guard field.column != 0 else { return -1 }
            return places[
                Definition.Column(field.isIndexed ? .index : .clear, field.column)] ?? -1
        }
        clearOrder = definition.columns.filter { $0.letter != .field }
            .map { (number: $0.number, place: places[$0] ?? 0) }
            .sorted { $0.number < $1.number }
        shape = RowShape(columns: fieldColumns, clear: clearOrder)
        let names = Self.fixedNames + definition.columns.map(\.name)
        let table = "c_\(definition.collection)"
        select = "SELECT \(names.joined(separator: ", ")) FROM \(table)"
        selectByID = StatementText(select + " WHERE id = ?1")
        // A join, because the value of a subquery would be copied for each row.
        selectAtOnce = StatementText(
            "SELECT \(names.map { "c.\($0)" }.joined(separator: ", ")), m.seal "
                + "FROM meta m CROSS JOIN \(table) c WHERE m.num = 1 AND c.id = ?1")
        stateColumn = names.count
        let columns = names.joined(separator: ", ")
        selectHistory = "SELECT \(columns), hid, note FROM h_\(definition.collection)"
        keep =
            "INSERT INTO h_\(definition.collection)(hid, note, \(columns)) "
            + "SELECT ?1, ?2, \(columns) FROM \(table) WHERE rid = ?3"
        let marks = names.indices.map { "?\($0 + 1)" }
        insert =
            "INSERT INTO \(table)(\(names.joined(separator: ", "))) "
            + "VALUES(\(marks.joined(separator: ", ")))"
        insertHistory =
            "INSERT INTO h_\(definition.collection)(\(columns), hid, note) "
            + "VALUES(\(marks.joined(separator: ", ")), ?\(names.count + 1), ?\(names.count + 2))"
        let changes = zip(names, marks).dropFirst().map { "\($0) = \($1)" }
        move = MoveStatements(definition, names: names)
        update = "UPDATE \(table) SET \(changes.joined(separator: ", ")) WHERE rid = ?1"
    }

    /// A row with some fields only, as its ``RowShape`` says.
    internal func select(only positions: [Int]) -> String {
        let clear = definition.columns.filter { $0.letter != .field }
            .sorted { $0.number < $1.number }
        let fields = positions.map { Definition.Column(.field, fieldNumbers[$0]) }
        let names = Self.fixedNames + (clear + fields).map(\.name)
        return "SELECT \(names.joined(separator: ", ")) FROM c_\(definition.collection)"
    }

    /// Where a property's field stands in `definition.fields`; nil when it has none of its own.
    internal func position(of name: String) -> Int? {
        guard let position = schema.position(ofField: name), positions[position] >= 0 else {
            return nil
        }
        return positions[position]
    }

    /// The collection's number.
    package var number: UInt32 { definition.collection }

    /// The collection's name.
    package var name: String { definition.name }

    /// The name of the property that holds each record's own key; nil when there is none.
    package var keyName: String? {
        guard definition.keyField != 0 else { return nil }
        return definition.fields.first { $0.number == definition.keyField }?.name
    }

    /// Whether records may name a person.
    internal var hasSubject: Bool { definition.subject != .none }
}
