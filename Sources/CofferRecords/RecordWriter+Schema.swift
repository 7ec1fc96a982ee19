internal import CofferFormat
internal import CofferSQLite
package import CofferSchema
internal import CofferStore

extension RecordWriter {
    /// A collection to be put in force.
    package struct Proposal: Sendable {
        /// Which property holds each record's own key.
        package enum Key: Sendable {
            /// The one that the schema makes a key, if any.
            case bySchema
            /// None.
            case none
            /// The one of this name.
            case named(String)
        }

        /// Its schema.
        package let schema: CollectionSchema
        /// Which property holds each record's own key.
        package let key: Key
        /// The fields of a new collection in the order of their numbers, in which records show
        /// them; those that are not named follow in the order of the schema.
        package let fieldOrder: [String]

        /// Proposes a collection.
        package init(schema: CollectionSchema, key: Key, fieldOrder: [String] = []) {
            self.schema = schema
            self.key = key
            self.fieldOrder = fieldOrder
        }

        /// Proposes a collection whose key is found by its schema, unless one is named.
        package init(schema: CollectionSchema, keyName: String? = nil) {
            self.init(schema: schema, key: keyName.map { .named($0) } ?? .bySchema)
        }

        /// The fields in the order in which they get their numbers.
        internal var orderedFields: [FieldSchema] {
            guard !fieldOrder.isEmpty else { return schema.fields }
            let named = fieldOrder.compactMap { schema.position(ofField: $0) }
            var met: Set<Int> = []
            return (named + schema.fields.indices).filter { met.insert($0).inserted }
                .map { schema.fields[$0] }
        }

        /// The name of the property with each record's own key; nil for none.
        internal var keyName: String? {
            switch key {
            case .bySchema: RecordWriter.keyName(schema)
            case .none: nil
            case .named(let name): name
            }
        }
    }

    /// What became of a proposal.
    package struct Applied: Sendable {
        /// The collection's name.
        package let name: String
        /// The version in force.
        package let version: UInt32
        /// Whether the collection is new.
        package let isNew: Bool
        /// Whether anything changed.
        package let isChanged: Bool
        /// What its index and plain fields show, and what else should be known.
        package let remarks: [String]
    }

    /// Names of properties that are taken for a record's own key, in order of preference.
    package static let keyNames = ["id", "_id", "pk", "$id", "index", "key"]

    /// Makes collections, or changes them additively; they may refer to each other.
    ///
    /// Rows of a changed collection are sealed anew where a field gets a clear column, at their
    /// sequence, revision and times.
    ///
    /// - Throws: `RecordsError.schema` when a change is not additive, a reference leads nowhere
    ///   or a rule is no expression; `invalid` when a record breaks the new schema; `notUnique`.
    package func apply(_ proposals: [Proposal]) throws -> [Applied] {
        var numbers: [String: UInt32] = [:]
        for definition in transaction.frame.catalog.definitions {
            numbers[definition.name] = definition.collection
        }
        for proposal in proposals where numbers[proposal.schema.name] == nil {
            let number = transaction.state.nextCollection
            guard number < 65_535 else { throw StoreError.exhausted("collections") }
            transaction.state.nextCollection += 1
            numbers[proposal.schema.name] = number
        }
        var applied: [Applied] = []
        var refilled: [(Definition, Definition)] = []
        for proposal in proposals {
            let schema = proposal.schema
            _ = try RuleChecker(schema.checks, fields: schema.fields.map(\.name))
            let old = transaction.frame.catalog.any(schema.name)
            if let old, old.schema == schema.text {
                applied.append(
                    Applied(
                        name: schema.name, version: old.version, isNew: false, isChanged: false,
                        remarks: []))
                continue
            }
            if let old { try refuseUnlessAdditive(schema, old) }
            let definition = try define(proposal, old: old, numbers: numbers)
            try layOut(definition, old: old)
            try transaction.put(definition)
            if let old { refilled.append((old, definition)) }
            applied.append(
                Applied(
                    name: schema.name, version: definition.version, isNew: old == nil,
                    isChanged: true, remarks: schema.warnings + Self.keyRemarks(definition, schema))
            )
        }
        try reload()
        for (old, new) in refilled { try refill(new, old: old) }
        try transaction.checkLayout()
        return applied
    }

    private func refuseUnlessAdditive(_ schema: CollectionSchema, _ old: Definition) throws {
        let change = schema.change(from: try records.plan(old).schema)
        guard change.isAdditive else {
            throw RecordsError.schema("\(schema.name): \(change.refusals.joined(separator: "; "))")
        }
    }

    private func define(
        _ proposal: Proposal, old: Definition?, numbers: [String: UInt32]
    ) throws -> Definition {
        let schema = proposal.schema
        let collection = numbers[schema.name] ?? 0
        var counters = transaction.state.counters[collection] ?? VaultState.Counters()
        func next() throws -> UInt16 {
            guard counters.nextField < Definition.numberLimit else {
                throw StoreError.exhausted("field numbers of \(schema.name)")
            }
            defer { counters.nextField += 1 }
            return counters.nextField
        }
        let isPersonal = schema.subject != nil
        var fields: [Definition.Field] = []
        for field in proposal.orderedFields {
            let known = old?.fields.first { $0.name == field.name }
            let scope: Definition.Scope = isPersonal && field.personal != nil ? .subject : .vault
            if let known, known.scope != scope {
                throw RecordsError.schema("\(schema.name): \(field.name) would move to other keys")
            }
            var made = Definition.Field(
                number: try known?.number ?? next(), name: field.name, scope: scope)
            made.isIndexed = field.index && field.reference == nil && !field.plain
            made.isUnique = field.unique
            made.isPlain = field.plain && field.reference == nil
            if let reference = field.reference {
                guard let target = numbers[reference.collection] else {
                    throw RecordsError.schema(
                        "\(schema.name): \(field.name) refers to \(reference.collection), "
                            + "which is no collection; apply both together")
                }
                made.target = target
                made.onDelete = Self.onDelete(reference.onDelete)
            }
            if made.isIndexed || made.isPlain || made.isReference {
                let isSame =
                    known.map {
                        $0.column != 0 && $0.isIndexed == made.isIndexed
                            && $0.isPlain == made.isPlain && $0.target == made.target
                    } ?? false
                guard isSame || (known?.column ?? 0) == 0 else {
                    throw RecordsError.schema(
                        "\(schema.name): \(field.name): an index, a plain field and a reference "
                            + "take each other's place only in a migration")
                }
                made.column = try isSame ? known?.column ?? next() : next()
            }
            fields.append(made)
        }
        let overflow = try old?.overflowField ?? next()
        fields.append(
            Definition.Field(
                number: overflow, name: "", scope: isPersonal ? .subject : .vault))
        fields.sort { $0.number < $1.number }
        transaction.state.counters[collection] = counters
        let keyName = proposal.keyName
        let key = fields.first { !$0.name.isEmpty && $0.name == keyName }?.number ?? 0
        return Definition(
            collection: collection, version: (old?.version ?? 0) + 1, created: transaction.now,
            name: schema.name, keyField: old?.keyField ?? key,
            subject: Self.subject(schema, fields, key: old?.keyField ?? key),
            overflowField: overflow, fields: fields, columns: columns(fields, old: old),
            schema: schema.text)
    }

    private static func subject(
        _ schema: CollectionSchema, _ fields: [Definition.Field], key: UInt16
    ) -> Definition.Subject {
        guard let name = schema.subject else { return .none }
        guard let field = fields.first(where: { $0.name == name }) else { return .own }
        return field.number == key ? .own : .field(field.number)
    }

    private static func onDelete(_ rule: OnDelete) -> Definition.OnDelete {
        switch rule {
        case .restrict: .restrict
        case .cascade: .cascade
        case .clear: .clear
        }
    }

    /// The property that a schema makes each record's key: a required text or integer among
    /// ``keyNames``.
    fileprivate static func keyName(_ schema: CollectionSchema) -> String? {
        keyNames.first { name in
            guard let field = schema.field(name), field.isRequired, !field.isNullable else {
                return false
            }
            return field.kind == .text || field.kind == .integer
        }
    }

    /// What should be known where a property looks as if it were each record's key and is not.
    private static func keyRemarks(
        _ definition: Definition, _ schema: CollectionSchema
    ) -> [String] {
        guard definition.keyField == 0,
            let name = keyNames.first(where: { schema.field($0) != nil })
        else { return [] }
        let reason =
            keyName(schema) == nil
            ? "is no required text or integer" : "was none when the collection was made"
        return [
            "\(name): \(reason), so records have no key of their own, and importing a record again "
                + "that has changed adds another one."
        ]
    }

    /// The columns in the table's order: those that are there, then the new ones, clear first.
    private func columns(
        _ fields: [Definition.Field], old: Definition?
    ) -> [Definition.Column] {
        let kept = old?.columns ?? []
        let clear = fields.filter { $0.column != 0 }.map {
            Definition.Column($0.isIndexed ? .index : .clear, $0.column)
        }
        let sealed = fields.map { Definition.Column(.field, $0.number) }
        return kept + (clear + sealed).filter { !kept.contains($0) }
    }

    private func layOut(_ definition: Definition, old: Definition?) throws {
        let connection = transaction.connection
        guard let old else {
            for entry in TableLayout.entries(of: definition, hasHistory: false) {
                if let sql = entry.sql { try connection.execute(sql) }
            }
            for table in [RowTable.records, .history] {
                let body = VaultState.Body(table, collection: definition.collection)
                transaction.state.bodies[body] = VaultState.Tally()
            }
            return
        }
        for column in definition.columns.dropFirst(old.columns.count) {
            let declared = TableLayout.declaration(of: column, in: definition)
            let kept = TableLayout.historyDeclaration(of: column, in: definition)
            try connection.execute("ALTER TABLE c_\(old.collection) ADD COLUMN \(declared)")
            try connection.execute("ALTER TABLE h_\(old.collection) ADD COLUMN \(kept)")
        }
        let before = indexes(of: old)
        let after = indexes(of: definition)
        for entry in before.subtracting(after).sorted(by: { $0.name < $1.name }) {
            try connection.execute("DROP INDEX \(entry.name)")
        }
        for entry in after.subtracting(before).sorted(by: { $0.name < $1.name }) {
            guard let sql = entry.sql else { continue }
            do { try connection.execute(sql) } catch {
                // Two records have one value already.
                throw notUnique(error, definition) ?? error
            }
        }
    }

    private func indexes(of definition: Definition) -> Set<TableLayout.Entry> {
        let hasHistory = transaction.state.hasHistory(in: definition.collection)
        let entries = TableLayout.entries(of: definition, hasHistory: hasHistory)
        return Set(entries.filter { $0.type == "index" })
    }

    /// Seals the rows anew where a field got a clear column or a property a field, and holds all
    /// against the schema.
    private func refill(_ definition: Definition, old: Definition) throws {
        let plan = try records.plan(definition)
        let unique = Set(old.fields.filter(\.isUnique).map(\.number))
        // Indexes are compared under one key, so all must come under the active one.
        let isCompared =
            reader.names.hasRetiringIndex
            && definition.fields.contains { $0.isUnique && !unique.contains($0.number) }
        let isRefilled =
            isCompared
            || definition.columns.dropFirst(old.columns.count).contains { $0.letter != .field }
        let before = Set(old.fields.map(\.number))
        let added = Set(
            definition.fields.filter { !before.contains($0.number) }.map { ExactText($0.name) })
        var rids: [Int64] = []
        try reader.scan(plan) { record in
            rids.append(record.rid)
            return true
        }
        for rid in rids {
            let row = try transaction.connection.cached(plan.select + " WHERE rid = ?1")
            try row.bind(rid, at: 1)
            guard try row.step() else { continue }
            let record = try reader.open(row, plan)
            let problems = try problems(record.value, in: plan)
            guard problems.isEmpty else {
                throw RecordsError.invalid(
                    collection: plan.name,
                    problems: problems.map { "record \(record.id): \($0)" })
            }
            // What had no field of its own until now lies in the overflow field and moves out.
            let isMoved = record.members.contains { added.contains(ExactText($0.name)) }
            if isRefilled || isMoved { try reseal(record, plan) }
        }
    }
}
