internal import CofferFormat

extension CollectionReader {
    /// What the writer ought to know, for a schema that has been read.
    internal func warnings(collection: String) -> [String] {
        var warnings: [String] = []
        warnings += misspellings(of: schema, at: collection)
        if case .object(let properties)? = schema["properties"] {
            for property in properties {
                warnings += misspellings(of: property.value, at: property.name)
            }
        }
        warnings += exposures
        warnings += protection
        warnings += names
        return warnings
    }

    private func misspellings(of schema: Value, at place: String) -> [String] {
        guard case .object(let members) = schema else { return [] }
        var warnings: [String] = []
        for member in members
        where !SchemaKeywords.known.contains(member.name)
            && !member.name.hasPrefix(CofferKeyword.prefix)
        {
            // Editors have keywords of their own; only what looks like a slip is told.
            let known = SchemaKeywords.known.sorted()
            guard let meant = Spelling.nearest(to: member.name, among: known) else { continue }
            let name = String(member.name.prefix(40))
            warnings.append(
                "\(place): \"\(name)\" is no keyword of JSON Schema and has no effect; "
                    + "did you mean \"\(meant)\"?")
        }
        return warnings
    }

    private var exposures: [String] {
        var warnings: [String] = []
        for field in fields {
            if field.plain {
                warnings.append("\(field.name): plain, anyone with the disk can read its values.")
            } else if field.indexForced, field.index {
                warnings.append(
                    "\(field.name): indexed with few values, anyone with the disk sees which "
                        + "records share one and can guess which it is.")
            } else if field.index {
                warnings.append(
                    "\(field.name): indexed, anyone with the disk sees which records share a "
                        + "value, not the value.")
            }
            guard let reference = field.reference else { continue }
            warnings.append(
                "\(field.name): a reference, anyone with the disk sees which records it links.")
            if reference.onDelete == .clear, field.isRequired {
                warnings.append(
                    "\(field.name): required, so clearing it would leave a record that breaks "
                        + "the schema; such a deletion is refused.")
            }
        }
        return warnings
    }

    private var protection: [String] {
        var warnings: [String] = []
        let personal = fields.filter { $0.personal != nil }.map(\.name)
        if subject == nil {
            if !personal.isEmpty {
                warnings.append(
                    personal.joined(separator: ", ")
                        + ": personal, but without a \"coffer:subject\" no request of a person "
                        + "finds them; they are sealed under the vault's key.")
            }
            if processing.onErase != nil {
                warnings.append(
                    "\"coffer:on-erase\" has no effect without a \"coffer:subject\".")
            }
        }
        if let retention = processing.retention,
            let field = fields.first(where: { $0.name.hasSameBytes(as: retention.field) }),
            field.format != TextFormat.date.rawValue, field.format != TextFormat.dateTime.rawValue
        {
            warnings.append(
                "\(field.name): \"coffer:retain\" counts from it, but it has no format date or "
                    + "date-time.")
        }
        return warnings
    }

    private var names: [String] {
        var seen: [String: String] = [:]
        var warnings: [String] = []
        for field in fields {
            let key = field.name.lowercased()
            if let other = seen[key] {
                warnings.append(
                    "\(field.name): differs from \(other) only in case; SQL shows it with a suffix."
                )
            } else {
                seen[key] = field.name
            }
            if key.hasPrefix("coffer_") {
                warnings.append(
                    "\(field.name): names that begin with coffer_ are Coffer's own in SQL.")
            }
        }
        return warnings
    }
}
