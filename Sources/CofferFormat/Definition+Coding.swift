package import CofferBytes

extension Definition {
    private static let ownKey: UInt16 = 65_535

    /// Reads an opened definition.
    ///
    /// - Throws: `limit` for too long a definition or too many fields, `unknown` for unknown
    ///   flags or rules, `invalid` when numbers do not ascend, a column is missing or named
    ///   twice, a flag and its column disagree, or the schema is not JSON text as we write it;
    ///   `truncated` and `trailing` for a wrong length.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        guard bytes.count <= Self.sizeLimit else { throw .limit }
        var reader = ByteReader(bytes)
        let collection = try reader.u32()
        let version = try reader.u32()
        let created = try reader.i64()
        let name = try reader.text()
        let keyField = try reader.u16()
        let scopes = try reader.u8()
        let subjectField = try reader.u16()
        let overflow = try reader.u16()
        var fields: [Field] = []
        for _ in 0..<(try reader.u16()) {
            let field = try Self.field(&reader)
            if let last = fields.last, last.number >= field.number { throw .invalid }
            fields.append(field)
        }
        guard fields.count <= Self.fieldLimit + 1, collection <= Self.collectionLimit else {
            throw .limit
        }
        var columns: [Column] = []
        for _ in 0..<(try reader.u16()) {
            guard let letter = Column.Letter(rawValue: try reader.u8()) else { throw .unknown }
            columns.append(Column(letter, try reader.u16()))
        }
        let subject: Subject
        switch subjectField {
        case 0: subject = .none
        case Self.ownKey: subject = .own
        default: subject = .field(subjectField)
        }
        self.init(
            collection: collection, version: version, created: created, name: name,
            keyField: keyField, subject: subject, overflowField: overflow, fields: fields,
            columns: columns, schema: try reader.prefixed32(limit: Self.sizeLimit))
        try reader.end()
        guard Int(scopes) == self.scopes.count, isConsistent, hasSchemaText else { throw .invalid }
    }

    /// Whether the schema is JSON in the one form that it is written in.
    private var hasSchemaText: Bool {
        guard let value = try? JSON.parse(schema) else { return false }
        return JSON.write(value) == schema
    }

    /// Whether every column belongs to a field and the other way round.
    private var isConsistent: Bool {
        guard collection > 0, version > 0 else { return false }
        var expected: Set<Column> = []
        var numbers: Set<UInt16> = []
        for field in fields {
            expected.insert(Column(.field, field.number))
            guard numbers.insert(field.number).inserted else { return false }
            let kinds = [field.isIndexed, field.isPlain, field.isReference].filter { $0 }.count
            guard kinds == (field.column == 0 ? 0 : 1) else { return false }
            if field.isUnique, field.column == 0 { return false }
            if field.scope == .subject, subject == .none || field.isPlain { return false }
            if field.onDelete != .restrict, !field.isReference { return false }
            guard hasItsName(field) else { return false }
            guard field.column != 0 else { continue }
            guard field.column <= Self.numberLimit, numbers.insert(field.column).inserted else {
                return false
            }
            expected.insert(Column(field.isIndexed ? .index : .clear, field.column))
        }
        let known = Set(fields.map(\.number))
        if keyField != 0, !known.contains(keyField) { return false }
        if case .field(let number) = subject, !known.contains(number) { return false }
        return known.contains(overflowField) && columns.count == expected.count
            && Set(columns) == expected
    }

    /// Whether the overflow field, and no other, is without a name, and under the last key.
    private func hasItsName(_ field: Field) -> Bool {
        guard field.number == overflowField else { return !field.name.isEmpty }
        return field.name.isEmpty && field.scope == scopes.last && field.column == 0
    }

    private static func field(_ reader: inout ByteReader) throws(ByteReader.Failure) -> Field {
        let number = try reader.u16()
        let name = try reader.text()
        guard number > 0, number <= numberLimit else { throw .invalid }
        guard let scope = Scope(rawValue: try reader.u8()) else { throw .unknown }
        var field = Field(number: number, name: name, scope: scope)
        let flags = try reader.u8()
        guard flags < 16 else { throw .unknown }
        field.isIndexed = flags & 1 != 0
        field.isUnique = flags & 2 != 0
        field.isPlain = flags & 4 != 0
        field.column = try reader.u16()
        field.target = try reader.u32()
        guard let onDelete = OnDelete(rawValue: try reader.u8()) else { throw .unknown }
        guard (flags & 8 != 0) == (field.target != 0) else { throw .invalid }
        field.onDelete = onDelete
        return field
    }

    /// The bytes to seal.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 512 + schema.count)
        writer.write(collection)
        writer.write(version)
        writer.write(created)
        writer.write(name)
        writer.write(keyField)
        writer.write(UInt8(scopes.count))
        switch subject {
        case .none: writer.write(UInt16(0))
        case .own: writer.write(Self.ownKey)
        case .field(let number): writer.write(number)
        }
        writer.write(overflowField)
        writer.write(UInt16(fields.count))
        for field in fields {
            writer.write(field.number)
            writer.write(field.name)
            writer.write(field.scope.rawValue)
            writer.write(
                (field.isIndexed ? 1 : 0) as UInt8 | (field.isUnique ? 2 : 0)
                    | (field.isPlain ? 4 : 0) | (field.isReference ? 8 : 0))
            writer.write(field.column)
            writer.write(field.target)
            writer.write(field.onDelete.rawValue)
        }
        writer.write(UInt16(columns.count))
        for column in columns {
            writer.write(column.letter.rawValue)
            writer.write(column.number)
        }
        writer.writePrefixed32(schema)
        return writer.bytes
    }
}
