internal import CofferFormat

/// Reads the schema of one field.
internal struct FieldReader {
    private let name: String
    private let schema: Value
    private let pointer: String
    private let shape: FieldShape

    /// Reads from the property `name`; `root` is the schema of the collection.
    internal init(name: String, schema: Value, root: Value) {
        self.name = name
        self.schema = schema
        pointer = "/properties/" + PointerStep.escaped(name)
        shape = FieldShape(schema, root: root)
    }

    /// Reads all keywords.
    ///
    /// - Throws: ``SchemaError/Code/keyword`` for one of Coffer that is unknown, of the wrong
    ///   form, or at odds with another one.
    internal func field(isRequired: Bool) throws(SchemaError) -> FieldSchema {
        try CofferKeyword.refuseUnknown(in: schema, known: CofferKeyword.onField, at: pointer)
        try CofferKeyword.refuseBelow(schema, at: pointer)
        let (indexed, forced) = try index()
        let unique = try flag("coffer:unique")
        let plain = try flag("coffer:plain")
        let reference = try reference()
        let personal = try personal()
        let people = try flag("coffer:people")
        let mentions = try flag("coffer:mentions")
        if indexed || unique {
            let keyword = indexed ? "coffer:index" : "coffer:unique"
            try requireScalar(keyword)
            try requireManyValues(keyword, forced: forced)
        }
        if plain {
            try requireScalar("coffer:plain")
            if personal != nil || people || mentions {
                throw fault("coffer:plain", "is refused on a field with data about people.")
            }
        }
        if reference != nil { try requireScalar("coffer:references") }
        return FieldSchema(
            name: name, kind: FieldKind(shape.types), types: shape.types, format: shape.format,
            isRequired: isRequired, index: indexed || unique, unique: unique, indexForced: forced,
            plain: plain, reference: reference, personal: personal, people: people,
            mentions: mentions, enumValues: shape.values)
    }

    private func fault(_ keyword: String, _ problem: String) -> SchemaError {
        SchemaError(.keyword, at: pointer + "/" + keyword, "\"\(keyword)\" \(problem)")
    }

    private func flag(_ keyword: String) throws(SchemaError) -> Bool {
        switch schema[keyword] {
        case nil: return false
        case .bool(let flag): return flag
        default: throw fault(keyword, "must be true or false.")
        }
    }

    // `true`, `"exact"`, or an object {"force": true} where the field has only few values.
    private func index() throws(SchemaError) -> (indexed: Bool, forced: Bool) {
        switch schema["coffer:index"] {
        case nil: return (false, false)
        case .bool(let flag): return (flag, false)
        case .text("exact"): return (true, false)
        case .object(let members):
            var forced = false
            for member in members {
                guard member.name == "force", case .bool(let flag) = member.value else {
                    throw fault("coffer:index", "knows only \"force\", true or false.")
                }
                forced = flag
            }
            return (true, forced)
        default:
            throw fault("coffer:index", "must be true, false, \"exact\" or {\"force\": true}.")
        }
    }

    private func reference() throws(SchemaError) -> FieldSchema.Reference? {
        guard let value = schema["coffer:references"] else {
            if schema["coffer:on-delete"] != nil {
                throw fault("coffer:on-delete", "needs \"coffer:references\" beside it.")
            }
            return nil
        }
        guard case .text(let collection) = value, CollectionSchema.isName(collection) else {
            throw fault(
                "coffer:references",
                "must be the name of a collection: small letters, digits and \"_\".")
        }
        guard let word = schema["coffer:on-delete"] else {
            return .init(collection: collection, onDelete: .restrict)
        }
        guard case .text(let text) = word, let onDelete = OnDelete(rawValue: text) else {
            throw fault("coffer:on-delete", "must be restrict, cascade or clear.")
        }
        return .init(collection: collection, onDelete: onDelete)
    }

    private func personal() throws(SchemaError) -> FieldSchema.Personal? {
        guard let value = schema["coffer:personal"] else { return nil }
        guard case .object(let members) = value else {
            throw fault("coffer:personal", "must be an object with category and source.")
        }
        for member in members where !["category", "source"].contains(member.name) {
            throw fault("coffer:personal", "knows only category and source.")
        }
        guard case .text(let word)? = value["category"],
            let category = PersonalCategory(rawValue: word)
        else {
            throw fault(
                "coffer:personal", "needs a category: identity, contact, content or special.")
        }
        guard let origin = value["source"] else {
            return .init(category: category, source: .provided)
        }
        guard case .text(let name) = origin, let source = PersonalSource(rawValue: name) else {
            throw fault("coffer:personal", "has a source: provided, observed or derived.")
        }
        return .init(category: category, source: source)
    }

    private func requireScalar(_ keyword: String) throws(SchemaError) {
        guard shape.types.isDisjoint(with: .nested) else {
            throw fault(
                keyword,
                "needs a field of single values: give it a \"type\" without lists and objects.")
        }
    }

    private func requireManyValues(_ keyword: String, forced: Bool) throws(SchemaError) {
        guard !forced, let reason = shape.fewValues else { return }
        throw fault(
            keyword,
            "would show how the values are spread, since \(reason); "
                + "write \"coffer:index\": {\"force\": true} if that does not matter.")
    }
}
