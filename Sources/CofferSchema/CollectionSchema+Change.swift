internal import CofferFormat

extension CollectionSchema {
    /// What changes when this schema takes the place of `old`.
    package func change(from old: CollectionSchema) -> SchemaChange {
        var change = SchemaChange()
        if name != old.name {
            change.refusals.append("renaming a collection comes as a migration")
        }
        for field in old.fields where self.field(field.name) == nil {
            change.refusals.append("\(field.name): dropping a field comes as a migration")
        }
        for field in fields {
            if let before = old.field(field.name) {
                compare(field, with: before, into: &change)
            } else {
                change.addedFields.append(field.name)
                if field.index { change.addedIndexes.append(field.name) }
                if field.unique { change.addedUnique.append(field.name) }
                if field.plain { change.addedPlain.append(field.name) }
                if field.reference != nil { change.addedReferences.append(field.name) }
            }
        }
        compareCollection(with: old, into: &change)
        return change
    }

    private func compare(
        _ field: FieldSchema, with old: FieldSchema, into change: inout SchemaChange
    ) {
        let name = field.name
        if field.kind != old.kind {
            change.refusals.append(
                "\(name): re-typing a field (\(old.kind.rawValue) to \(field.kind.rawValue)) "
                    + "comes as a migration")
        }
        func compare(_ new: Bool, _ before: Bool, _ word: String, _ added: inout [String]) {
            if new, !before { added.append(name) }
            if before, !new {
                change.refusals.append("\(name): taking \(word) away comes as a migration")
            }
        }
        compare(field.index, old.index, "an index", &change.addedIndexes)
        compare(field.unique, old.unique, "uniqueness", &change.addedUnique)
        compare(field.plain, old.plain, "plain", &change.addedPlain)
        switch (field.reference, old.reference) {
        case (.some, nil): change.addedReferences.append(name)
        case (nil, .some):
            change.refusals.append("\(name): taking a reference away comes as a migration")
        case (.some(let new), .some(let before)) where new != before:
            if new.collection != before.collection {
                change.refusals.append(
                    "\(name): referring to another collection comes as a migration")
            } else {
                change.remarks.append(
                    "\(name): on deletion \(new.onDelete.rawValue), was "
                        + before.onDelete.rawValue)
            }
        default: break
        }
        if (field.personal != nil) != (old.personal != nil), subject != nil {
            change.refusals.append(
                "\(name): moving a field to another key (personal or not) comes as a job of its own"
            )
        } else if field.personal != old.personal {
            change.remarks.append("\(name): what is said about personal data")
        }
        if field.people != old.people { change.remarks.append("\(name): keys of people") }
        if field.mentions != old.mentions { change.remarks.append("\(name): mentions of people") }
    }

    private func compareCollection(
        with old: CollectionSchema, into change: inout SchemaChange
    ) {
        if subject != old.subject {
            change.refusals.append(
                "changing the subject moves records to other keys, which comes as a job of its own")
        }
        if checks != old.checks {
            change.remarks.append("rules of the collection")
            change.needsValidation = true
        }
        if processing != old.processing {
            change.remarks.append("purpose, basis, recipients, retention or erasure")
        }
        // Adding a field that need not be there, or a word of ours, leaves this as it was.
        if rulesOnly(without: change.addedFields) != old.rulesOnly(without: []) {
            change.remarks.append("rules for values")
            change.needsValidation = true
        }
        if !change.addedFields.isEmpty, old.allowsOverflow {
            // What was free until now may be there already, in another form.
            change.needsValidation = true
        }
        if !change.addedReferences.isEmpty || !change.addedUnique.isEmpty {
            change.needsValidation = true
        }
        if change.isEmpty, schema != old.schema { change.remarks.append("words without effect") }
    }

    /// The schema without what does not bear on validity: our keywords, titles, remarks, and the
    /// fields that are named.
    private func rulesOnly(without added: [String]) -> Value {
        let left = Set(added.map { ExactText($0) })
        guard case .object(let members) = schema else { return schema }
        let kept = members.compactMap { member -> Value.Member? in
            guard Self.bearsOnValidity(member.name) else { return nil }
            guard member.name == "properties", case .object(let properties) = member.value else {
                return member
            }
            let fields = properties.filter { !left.contains(ExactText($0.name)) }
                .map { Value.Member($0.name, Self.bare($0.value)) }
            return Value.Member(member.name, .object(fields.sorted { $0.name < $1.name }))
        }
        return .object(kept.sorted { $0.name < $1.name })
    }

    private static func bare(_ field: Value) -> Value {
        guard case .object(let members) = field else { return field }
        return .object(
            members.filter { bearsOnValidity($0.name) }.sorted { $0.name < $1.name })
    }

    private static func bearsOnValidity(_ keyword: String) -> Bool {
        let remarks = [
            "title", "description", "$comment", "$schema", "examples", "default", "readOnly",
            "writeOnly",
        ]
        return !keyword.hasPrefix(CofferKeyword.prefix) && !remarks.contains(keyword)
    }
}
