package import CofferFormat

/// The definition of a collection: a JSON Schema (draft 7) with the keywords of Coffer.
///
/// Top-level properties are fields; all else in a record goes to one overflow field, unless
/// `additionalProperties` is `false`.
package struct CollectionSchema: Sendable {
    /// The name of the collection: lower case, digits and `_`.
    package let name: String
    /// The schema as it was written, byte for byte.
    package let text: [UInt8]
    /// The schema.
    package let schema: Value
    /// The fields in the order of the schema.
    package let fields: [FieldSchema]
    /// The field that names the person a record is about.
    package let subject: String?
    /// Whether properties that are no fields are kept.
    package let allowsOverflow: Bool
    /// Rules in SQL over a record's own fields; they are held elsewhere.
    package let checks: [Check]
    /// Why, on what basis and how long the data is kept.
    package let processing: Processing
    /// What the writer of the schema ought to know before it is applied, one line each.
    package let warnings: [String]

    private let rules: JSONSchema
    private let positions: [ExactText: Int]

    /// A collection may have this many fields.
    ///
    /// A table of SQLite has at most 2,000 columns as Debian builds it, and a field may take two.
    package static let mostFields = 900

    /// Reads a schema.
    ///
    /// - Parameters:
    ///   - schema: The schema.
    ///   - text: The bytes that it was read from, kept as they are.
    ///   - name: The name of the collection; empty to take it from `title`.
    ///   - isSystem: Whether Coffer keeps it for itself; then its name is taken as it is.
    /// - Throws: ``SchemaError`` with the place in the schema: ``SchemaError/Code/name`` for a
    ///   name that cannot be used, ``SchemaError/Code/keyword`` for a keyword of Coffer that is
    ///   unknown, misplaced, of the wrong form or against another one, and whatever
    ///   `JSONSchema.compile` throws.
    package init(
        parsing schema: Value, text: [UInt8], name: String, isSystem: Bool = false
    ) throws(SchemaError) {
        var reader = CollectionReader(schema: schema)
        self.name = try reader.collectionName(given: name, isSystem: isSystem)
        rules = try JSONSchema.compile(schema)
        try reader.readFields()
        try reader.readCollection()
        self.text = text
        self.schema = schema
        fields = reader.fields
        subject = reader.subject
        checks = reader.checks
        processing = reader.processing
        allowsOverflow = schema["additionalProperties"] != .bool(false)
        warnings = reader.warnings(collection: self.name)
        var positions: [ExactText: Int] = [:]
        for (position, field) in fields.enumerated() { positions[ExactText(field.name)] = position }
        self.positions = positions
    }

    /// The position of the field `name` in ``fields``; nil for what is no field.
    package func position(ofField name: String) -> Int? { positions[ExactText(name)] }

    /// The field `name`; nil where there is none.
    package func field(_ name: String) -> FieldSchema? {
        position(ofField: name).map { fields[$0] }
    }

    /// Judges a record; no violations mean that it may be stored, as far as its own fields tell.
    ///
    /// Uniqueness, references and ``checks`` need more than the record and are held elsewhere.
    package func validate(_ record: Value) -> [Violation] {
        guard case .object(let members) = record else {
            return [
                Violation(
                    pointer: "", rule: "type", schemaPointer: "/type",
                    message: "must be an object")
            ]
        }
        if Self.hasRepeatedName(members) {
            return [
                Violation(
                    pointer: "", rule: "names", schemaPointer: "",
                    message: "has the same property twice")
            ]
        }
        return rules.validate(record)
    }

    private static func hasRepeatedName(_ members: [Value.Member]) -> Bool {
        if members.count <= 24 {
            // For few members one word that remembers lengths and ends is cheaper than a set; only
            // where two names are alike in both are they compared.
            var seen: UInt64 = 0
            for (position, member) in members.enumerated() {
                let name = member.name.utf8
                let end = UInt64(name.last ?? 0) &* 7 &+ UInt64(truncatingIfNeeded: name.count)
                let bit: UInt64 = 1 << (end & 63)
                if seen & bit != 0,
                    members[..<position].contains(where: {
                        $0.name.hasSameBytes(as: member.name)
                    })
                {
                    return true
                }
                seen |= bit
            }
            return false
        }
        var names = Set<ExactText>(minimumCapacity: members.count)
        return members.contains { !names.insert(ExactText($0.name)).inserted }
    }
}

extension CollectionSchema {
    /// A rule that every record must keep.
    package struct Check: Hashable, Sendable {
        /// A deterministic SQL expression over the record's own fields.
        package let rule: String
        /// What to say when it is not kept.
        package let message: String

        /// Pairs a rule with what to say.
        package init(rule: String, message: String) {
            self.rule = rule
            self.message = message
        }
    }

    /// What the keywords for data protection say about a collection.
    package struct Processing: Hashable, Sendable {
        /// Why the data is kept.
        package internal(set) var purpose: String?
        /// On what legal basis (GDPR, article 6, paragraph 1), one of ``bases``.
        package internal(set) var basis: String?
        /// Who receives it.
        package internal(set) var recipients: [String] = []
        /// How long it is kept.
        package internal(set) var retention: Retention?
        /// What an erasure does with a record.
        package internal(set) var onErase: OnErase?

        /// The legal bases of GDPR, article 6, paragraph 1, (a) to (f).
        package static let bases = [
            "consent", "contract", "legal obligation", "vital interest", "public task",
            "legitimate interest",
        ]
    }

    /// How long a record is kept: a period after the time that a field holds.
    package struct Retention: Hashable, Sendable {
        /// Whole years.
        package let years: Int
        /// Whole months.
        package let months: Int
        /// Days, weeks counted as seven.
        package let days: Int
        /// The field with the time from which the period runs.
        package let field: String

        /// Counts a period from the time in a field.
        package init(years: Int, months: Int, days: Int, field: String) {
            self.years = years
            self.months = months
            self.days = days
            self.field = field
        }
    }

    /// What an erasure of a person does with a record about that person.
    package enum OnErase: String, CaseIterable, Hashable, Sendable {
        /// The record goes.
        case delete
        /// Its personal fields go.
        case pseudonymise
        /// It stays until its retention ends, on its legal basis.
        case keep
    }
}
