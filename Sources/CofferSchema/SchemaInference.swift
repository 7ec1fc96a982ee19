package import CofferFormat

/// Works out a schema from records, one record at a time, in bounded memory.
///
/// Two schemas come out of it. ``schema(title:)`` says what was seen, as strictly as it was
/// seen: a draft for a person to read. ``importSchema(title:)`` is what an import without a
/// schema gets: it says only which types a field has, so that the next file of the same kind,
/// with a field left out, empty or with a fraction, can still be imported.
package struct SchemaInference: Sendable {
    /// What was seen of one property.
    internal struct Column: Sendable {
        /// Its name.
        internal let name: String
        /// The types that it had.
        internal var types: JSONTypes = []
        /// In how many records it was.
        internal var records = 0
        /// How many texts it held.
        internal var texts = 0
        /// The formats that all texts had.
        internal var formats = TextFormat.allCases

        /// The format of all texts, where there was one.
        internal var format: TextFormat? { texts > 0 ? formats.first : nil }
    }

    /// The properties in the order in which they were first seen.
    internal private(set) var columns: [Column] = []
    /// The number of records seen.
    package private(set) var recordCount = 0
    /// The number of values seen that were no objects, and so no records.
    package private(set) var otherCount = 0
    /// Whether there were more properties than are tracked, or names that no field can have.
    ///
    /// Such properties are kept in the overflow of their records.
    package private(set) var leftSomeOut = false

    private var positions: [ExactText: Int] = [:]

    /// Starts with nothing seen.
    package init() {}

    /// Takes one more record into account.
    package mutating func observe(_ record: Value) {
        guard case .object(let members) = record else {
            otherCount += 1
            return
        }
        recordCount += 1
        var guess = 0
        for member in members {
            guard let position = position(of: member.name, guess: guess) else { continue }
            guess = position + 1
            observe(member.value, at: position)
        }
    }

    private mutating func position(of name: String, guess: Int) -> Int? {
        if guess < columns.count, columns[guess].name.hasSameBytes(as: name) { return guess }
        let key = ExactText(name)
        if let position = positions[key] { return position }
        guard columns.count < CollectionSchema.mostFields, CollectionSchema.isFieldName(name)
        else {
            leftSomeOut = true
            return nil
        }
        positions[key] = columns.count
        columns.append(Column(name: name))
        return columns.count - 1
    }

    private mutating func observe(_ value: Value, at position: Int) {
        columns[position].records += 1
        columns[position].types.formUnion(value.jsonTypes)
        guard case .text(let text) = value else { return }
        columns[position].texts += 1
        if !columns[position].formats.isEmpty {
            columns[position].formats.removeAll { !Self.looksLike($0, text) }
        }
    }

    // A guess asks for more than the grammar, by which `CR:1` is a URI and `me@home` an address.
    private static func looksLike(_ format: TextFormat, _ text: String) -> Bool {
        guard format.accepts(text) else { return false }
        switch format {
        case .uri: return text.contains("://") || text.hasPrefix("mailto:")
        case .email: return text.drop { $0 != "@" }.contains(".")
        case .date, .dateTime, .uuid: return true
        }
    }
}

extension SchemaInference {
    /// The schema of what was seen: types, formats that all texts had, and as required what was
    /// in every record.
    package func schema(title: String) -> Value {
        object(title: title) { column in
            var members = Self.typeMember(column.types)
            if let format = column.format {
                members.append(.init("format", .text(format.rawValue)))
            }
            return members
        }
    }

    /// The schema for an import without one.
    ///
    /// Each field has the types that were seen and `null`; where whole numbers were seen, any
    /// number; no formats, nothing required, other properties allowed. A field that was only
    /// ever `null` may be anything.
    package func importSchema(title: String) -> Value {
        object(title: title, isStrict: false) { column in
            var types = column.types
            if types.contains(.integer) { types.formUnion(.number) }
            return types.subtracting(.null).isEmpty ? [] : Self.typeMember(types.union(.null))
        }
    }

    private func object(
        title: String, isStrict: Bool = true, _ field: (Column) -> [Value.Member]
    ) -> Value {
        var members: [Value.Member] = [
            .init("$schema", .text("http://json-schema.org/draft-07/schema#")),
            .init("title", .text(title)),
            .init("type", .text("object")),
            .init(
                "properties", .object(columns.map { .init($0.name, .object(field($0))) })),
        ]
        let required = columns.filter { $0.records == recordCount }.map { Value.text($0.name) }
        if isStrict, !required.isEmpty { members.append(.init("required", .array(required))) }
        return .object(members)
    }

    private static func typeMember(_ types: JSONTypes) -> [Value.Member] {
        let names = types.names
        if names.isEmpty { return [] }
        if names.count == 1 { return [.init("type", .text(names[0]))] }
        return [.init("type", .array(names.map(Value.text)))]
    }
}
