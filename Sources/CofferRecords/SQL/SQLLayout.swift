internal import CofferFormat
internal import CofferSchema

/// A collection as SQL sees it: what follows from its definition alone.
internal final class SQLLayout {
    internal let definition: Definition
    internal let columns: [SQLColumn]
    /// What stands in each column.
    internal let contents: [SQLColumn.Content]
    /// The fields whose columns have other names.
    internal let renamed: [(field: String, column: String)]
    internal let declaration: String
    /// Where the own key stands in the definition; nil when there is none.
    internal let keyPosition: Int?
    /// What the own key holds.
    internal let keyKind: FieldKind
    /// For each field of the definition, whether the schema does not name it.
    internal let areExtra: [Bool]

    internal init(_ plan: CollectionPlan) {
        definition = plan.definition
        (columns, renamed) = SQLColumn.all(of: plan)
        contents = columns.map(\.content)
        keyPosition = plan.keyName.flatMap { plan.position(of: $0) }
        keyKind = plan.keyName.flatMap { plan.schema.field($0)?.kind } ?? .any
        declaration = SQLColumn.declaration(columns, keyKind: keyKind)
        let shown = Set(plan.schema.fields.compactMap { plan.position(of: $0.name) })
        areExtra = plan.definition.fields.indices.map { !shown.contains($0) }
    }
}

extension Records {
    /// The layout of a collection, made once for each version of its definition.
    internal func layout(_ plan: CollectionPlan) -> SQLLayout {
        if let known = layouts[plan.number], known.definition == plan.definition {
            return known
        }
        let layout = SQLLayout(plan)
        layouts[plan.number] = layout
        return layout
    }
}
