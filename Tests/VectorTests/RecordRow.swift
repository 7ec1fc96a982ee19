import CofferBytes
import CofferCrypto
import CofferFormat
import CofferSQLite
import CofferSchema

@testable import CofferRecords

/// A record of the files as a row of a table that is made for it.
struct RecordRow {
    let vector: Vector
    let vault: Identifier
    let collection: UInt32
    let id: Identifier
    let rid: Int64
    let sequence: UInt64
    let keys: [UInt32]
    let clear: [(number: UInt16, value: ClearValue)]
    let plan: CollectionPlan
    private let connection: Connection

    init(_ vector: Vector) throws {
        self.vector = vector
        vault = try vector.identifier("vault")
        collection = UInt32(try vector.integer("collection"))
        id = try vector.identifier("id")
        rid = Int64(try vector.integer("rid"))
        sequence = UInt64(try vector.integer("seq"))
        keys = try vector.list("keys", of: Int.self).map { UInt32($0) }
        clear = try vector.parts("clear").map {
            (number: UInt16(try $0.integer("number")), value: try Self.value($0))
        }
        plan = try Self.plan(vector, collection: collection, hasSubject: keys.count == 2)
        connection = try Connection(inMemory: Connection.Limits())
        let entries = TableLayout.entries(of: plan.definition, hasHistory: false)
        for entry in entries where entry.type == "table" {
            if let sql = entry.sql { try connection.execute(sql) }
        }
        try insert()
    }

    /// The key that the file gives for the key with this number.
    func key(_ number: UInt32) -> FieldKey? {
        guard let index = keys.firstIndex(of: number),
            let texts = try? vector.list("scopeKeys", of: String.self),
            let bytes = Hex.decode(Array(texts[index].utf8))
        else { return nil }
        return FieldKey(Vector.secret(bytes))
    }

    /// The row, stepped to.
    func select() throws -> Statement {
        let statement = try connection.prepare(plan.select)
        guard try statement.step() else { throw Vector.Fault.missing("the row") }
        return statement
    }

    private func insert() throws {
        let row = try connection.prepare(plan.insert)
        try row.bind(rid, at: 1)
        try row.bind(blob: id.bytes, at: 2)
        try row.bind(Int64(sequence), at: 3)
        try row.bind(blob: keys.flatMap(\.bigEndianBytes), at: 4)
        try row.bind(blob: try vector.bytes("seal"), at: 5)
        let columns = plan.definition.columns
        for field in try vector.parts("fields") {
            let column = Definition.Column(.field, UInt16(try field.integer("number")))
            guard let place = columns.firstIndex(of: column) else { continue }
            try row.bind(blob: try field.bytes("ciphertext"), at: place + 6)
        }
        for (number, value) in clear {
            guard let place = columns.firstIndex(of: Definition.Column(.clear, number)) else {
                continue
            }
            try value.bind(to: row, at: place + 6)
        }
        _ = try row.step()
    }

    private static func value(_ column: Vector) throws -> ClearValue {
        let text = try column.text("value")
        switch try column.text("type") {
        case "blob": return .blob(try column.bytes("value"))
        case "integer": return .integer(Int64(text) ?? 0)
        case "real": return .real(Double(text) ?? 0)
        case "text": return .text(text)
        default: throw Vector.Fault.unreadable(column.name)
        }
    }

    /// A definition with the fields of the file, and absent plain fields for its clear columns.
    private static func plan(
        _ vector: Vector, collection: UInt32, hasSubject: Bool
    ) throws -> CollectionPlan {
        let overflow: UInt16 = 2_039
        var fields = try vector.parts("fields").map {
            let number = UInt16(try $0.integer("number"))
            return Definition.Field(
                number: number, name: "f\(number)",
                scope: try $0.integer("scope") == 0 ? .vault : .subject)
        }
        for column in try vector.parts("clear") {
            let number = UInt16(try column.integer("number"))
            var field = Definition.Field(number: 1_000 + number, name: "c\(number)", scope: .vault)
            field.isPlain = true
            field.column = number
            fields.append(field)
        }
        fields.append(
            Definition.Field(number: overflow, name: "", scope: hasSubject ? .subject : .vault))
        fields.sort { $0.number < $1.number }
        let clear = fields.filter { $0.column != 0 }.map { Definition.Column(.clear, $0.column) }
        let definition = Definition(
            collection: collection, version: 1, created: 0, name: "records", keyField: 0,
            subject: hasSubject ? .own : .none, overflowField: overflow, fields: fields,
            columns: clear + fields.map { Definition.Column(.field, $0.number) },
            schema: Array("{}".utf8))
        let schema = try CollectionSchema(
            parsing: .object([]), text: Array("{}".utf8), name: "records")
        return CollectionPlan(definition, schema: schema)
    }
}
