internal import CofferSchema

/// A name in SQL that is no column, which may be a property that the schema does not name.
internal enum MissingColumn {
    private static let message = "no such column: "

    /// What SQLite says of a statement, and where the property would be found.
    ///
    /// - Parameters:
    ///   - offset: The place in `sql`, in bytes; nil where it is not known.
    ///   - plans: The collections that the statement can ask.
    internal static func explained(
        _ message: String, in sql: String, at offset: Int?, of plans: [CollectionPlan]
    ) -> String {
        let name = message.dropFirst(Self.message.count)
        guard message.hasPrefix(Self.message), isPlain(name) else { return message }
        // In quotation marks it is rather a text, put between the wrong ones.
        if let offset, !sql.utf8.dropFirst(offset).starts(with: name.utf8) { return message }
        let words = Set(RuleText.folded(sql).split { !isWord($0) })
        guard
            plans.contains(where: {
                $0.schema.allowsOverflow && words.contains(RuleText.folded($0.name)[...])
            })
        else { return message }
        return message
            + "; fields outside the schema are in coffer_extra: coffer_extra->>'\(name)'"
    }

    private static func isPlain(_ name: Substring) -> Bool {
        guard let first = name.first, !("0"..."9").contains(first) else { return false }
        return name.allSatisfy(isWord)
    }

    private static func isWord(_ character: Character) -> Bool {
        character == "_" || character.isLetter || ("0"..."9").contains(character)
    }
}
