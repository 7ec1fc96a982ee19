internal import CofferFormat

/// The keywords that Coffer adds to JSON Schema.
internal enum CofferKeyword {
    /// What they all begin with.
    internal static let prefix = "coffer:"

    /// Those that belong on a field.
    internal static let onField = [
        "coffer:index", "coffer:unique", "coffer:plain", "coffer:references", "coffer:on-delete",
        "coffer:personal", "coffer:people", "coffer:mentions",
    ]

    /// Those that belong on the collection.
    internal static let onCollection = [
        "coffer:check", "coffer:subject", "coffer:purpose", "coffer:basis", "coffer:recipients",
        "coffer:retain", "coffer:on-erase",
    ]

    /// Refuses keywords of Coffer that `known` does not have, and says where they belong.
    internal static func refuseUnknown(
        in schema: Value, known: [String], at pointer: String
    ) throws(SchemaError) {
        guard case .object(let members) = schema else { return }
        for member in members where member.name.hasPrefix(prefix) {
            guard !known.contains(member.name) else { continue }
            let place = pointer + "/" + PointerStep.escaped(member.name)
            let name = String(member.name.prefix(40))
            if onField.contains(member.name) {
                throw SchemaError(
                    .keyword, at: place,
                    "\"\(name)\" belongs on a field: a property at the top of the schema.")
            }
            if onCollection.contains(member.name) {
                throw SchemaError(
                    .keyword, at: place,
                    "\"\(name)\" belongs on the collection: beside its \"properties\".")
            }
            throw SchemaError(
                .keyword, at: place,
                "\"\(name)\" is no keyword of Coffer: "
                    + Spelling.hint(for: name, among: known.isEmpty ? onField : known))
        }
    }

    /// Refuses keywords of Coffer anywhere below `schema`, where they would have no effect.
    ///
    /// Compiling has bounded the depth before.
    internal static func refuseBelow(_ schema: Value, at pointer: String) throws(SchemaError) {
        guard case .object(let members) = schema else { return }
        for child in SchemaKeywords.children(of: members) {
            try refuseUnknown(in: child.value, known: [], at: pointer + child.pointer)
            try refuseBelow(child.value, at: pointer + child.pointer)
        }
    }
}
