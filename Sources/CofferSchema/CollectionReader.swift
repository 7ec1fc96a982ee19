internal import CofferFormat

/// Reads the schema of a collection, keyword by keyword.
internal struct CollectionReader {
    /// The schema.
    internal let schema: Value
    /// The fields, once they are read.
    internal private(set) var fields: [FieldSchema] = []
    /// The field that names the person a record is about.
    internal private(set) var subject: String?
    /// The rules in SQL.
    internal private(set) var checks: [CollectionSchema.Check] = []
    /// The keywords for data protection.
    internal private(set) var processing = CollectionSchema.Processing()

    private static let mostChecks = 64

    /// Reads from `schema`.
    internal init(schema: Value) { self.schema = schema }

    /// The name given, or one made of the title.
    internal func collectionName(
        given: String, isSystem: Bool
    ) throws(SchemaError) -> String {
        if isSystem { return given }
        if given.isEmpty {
            guard case .text(let title)? = schema["title"],
                let name = CollectionSchema.normalizedName(title)
            else {
                throw SchemaError(
                    .name, at: "/title", "The collection has no name: give one, or a \"title\".")
            }
            return name
        }
        guard CollectionSchema.isName(given) else {
            let instead = CollectionSchema.normalizedName(given).map { " such as \"\($0)\"" } ?? ""
            throw SchemaError(
                .name, at: "",
                "A collection is named with small letters, digits and \"_\"\(instead).")
        }
        return given
    }

    /// Reads the fields and checks that the schema is one of an object.
    internal mutating func readFields() throws(SchemaError) {
        guard case .object = schema else {
            throw SchemaError(.malformed, at: "", "A collection's schema must be an object.")
        }
        if schema["$ref"] != nil {
            throw SchemaError(
                .malformed, at: "/$ref",
                "A collection's schema cannot be a reference: JSON Schema ignores what is beside it."
            )
        }
        if let type = schema["type"], type != .text("object") {
            throw SchemaError(
                .malformed, at: "/type", "A collection's \"type\" must be \"object\".")
        }
        try CofferKeyword.refuseUnknown(in: schema, known: CofferKeyword.onCollection, at: "")
        var required: Set<ExactText> = []
        if case .array(let names)? = schema["required"] {
            for case .text(let name) in names { required.insert(ExactText(name)) }
        }
        if case .object(let properties)? = schema["properties"] {
            guard properties.count <= CollectionSchema.mostFields else {
                throw SchemaError(
                    .tooLarge, at: "/properties",
                    "A collection has at most \(CollectionSchema.mostFields) fields; "
                        + "properties that are not declared are kept all the same.")
            }
            for property in properties {
                try checkName(property.name)
                let reader = FieldReader(name: property.name, schema: property.value, root: schema)
                let isRequired = required.contains(ExactText(property.name))
                fields.append(try reader.field(isRequired: isRequired))
            }
        }
        guard case .object(let members) = schema else { return }
        for member in members where member.name != "properties" {
            try CofferKeyword.refuseBelow(.object([member]), at: "")
        }
    }

    private func checkName(_ name: String) throws(SchemaError) {
        guard CollectionSchema.isFieldName(name) else {
            throw SchemaError(
                .name, at: "/properties",
                "A field's name has 1 to \(CollectionSchema.longestFieldName) bytes and no "
                    + "control characters.")
        }
    }

    /// Reads what is said about the collection.
    internal mutating func readCollection() throws(SchemaError) {
        try readSubject()
        try readChecks()
        processing.purpose = try sentence("coffer:purpose")
        processing.basis = try basis()
        processing.recipients = try recipients()
        processing.retention = try retention()
        processing.onErase = try onErase()
    }

    private func fault(_ keyword: String, _ problem: String) -> SchemaError {
        SchemaError(.keyword, at: "/" + keyword, "\"\(keyword)\" \(problem)")
    }

    private mutating func readSubject() throws(SchemaError) {
        guard let value = schema["coffer:subject"] else { return }
        guard case .text(let name) = value,
            let position = fields.firstIndex(where: { $0.name.hasSameBytes(as: name) })
        else {
            throw fault("coffer:subject", "must name a field of this schema.")
        }
        let field = fields[position]
        guard field.isScalar else {
            throw fault("coffer:subject", "must name a field of single values with a \"type\".")
        }
        guard !field.plain else {
            throw fault(
                "coffer:subject",
                "cannot name a plain field: it would show whom each record is about.")
        }
        guard field.enumValues == nil, field.kind != .boolean || field.indexForced else {
            throw fault("coffer:subject", "must name a field that can hold any person's key.")
        }
        subject = field.name
        fields[position].index = true
    }

    private mutating func readChecks() throws(SchemaError) {
        guard let value = schema["coffer:check"] else { return }
        guard case .array(let items) = value, items.count <= Self.mostChecks else {
            throw fault("coffer:check", "must be a list of at most \(Self.mostChecks) rules.")
        }
        for item in items {
            guard case .object(let members) = item, members.count == 2,
                case .text(let rule)? = item["rule"], case .text(let message)? = item["message"],
                !rule.isEmpty, !message.isEmpty
            else {
                throw fault(
                    "coffer:check", "must list objects with a \"rule\" and a \"message\".")
            }
            checks.append(.init(rule: rule, message: message))
        }
    }
}

// Data protection.
extension CollectionReader {
    private func sentence(_ keyword: String) throws(SchemaError) -> String? {
        guard let value = schema[keyword] else { return nil }
        guard case .text(let text) = value, !text.isEmpty else {
            throw fault(keyword, "must be a sentence.")
        }
        return text
    }

    private func basis() throws(SchemaError) -> String? {
        guard let text = try sentence("coffer:basis") else { return nil }
        let bases = CollectionSchema.Processing.bases
        guard let basis = bases.first(where: { $0 == text || $0 + "s" == text }) else {
            throw fault(
                "coffer:basis", "is no legal basis: " + Spelling.hint(for: text, among: bases))
        }
        return basis
    }

    private func recipients() throws(SchemaError) -> [String] {
        switch schema["coffer:recipients"] {
        case nil: return []
        case .text(let text) where !text.isEmpty: return [text]
        case .array(let items):
            var recipients: [String] = []
            for item in items {
                guard case .text(let text) = item, !text.isEmpty else {
                    throw fault("coffer:recipients", "must list whom the data goes to.")
                }
                recipients.append(text)
            }
            return recipients
        default: throw fault("coffer:recipients", "must say whom the data goes to.")
        }
    }

    private func retention() throws(SchemaError) -> CollectionSchema.Retention? {
        guard let text = try sentence("coffer:retain") else { return nil }
        let form = "must be a period and a field, such as \"P2Y after left_at\"."
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.count == 3, words[1] == "after", let period = ISOPeriod(words[0]) else {
            throw fault("coffer:retain", form)
        }
        let name = String(words[2])
        guard fields.contains(where: { $0.name.hasSameBytes(as: name) }) else {
            throw fault("coffer:retain", "must name a field of this schema after \"after\".")
        }
        return .init(years: period.years, months: period.months, days: period.days, field: name)
    }

    private func onErase() throws(SchemaError) -> CollectionSchema.OnErase? {
        guard let text = try sentence("coffer:on-erase") else { return nil }
        guard let onErase = CollectionSchema.OnErase(rawValue: text) else {
            throw fault("coffer:on-erase", "must be delete, pseudonymise or keep.")
        }
        if onErase == .keep, processing.basis == nil || processing.retention == nil {
            throw fault(
                "coffer:on-erase",
                "can be keep only with a \"coffer:basis\" and a \"coffer:retain\".")
        }
        return onErase
    }
}
