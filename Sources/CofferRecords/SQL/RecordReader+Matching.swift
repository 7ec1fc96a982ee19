package import CofferBytes
internal import CofferFormat
package import CofferSQLite
package import CofferSchema

extension RecordReader {
    /// Gives the ids of the records for which an SQL expression holds, until `each` says false.
    ///
    /// They come in the order of their rows. As with SQL's WHERE, NULL is no.
    ///
    /// - Parameter parameters: The values of `:name` in the expression by their names.
    /// - Throws: `QueryError` for what is no expression over the fields, with the place in the
    ///   expression, and for parameters that do not fit it; `RecordsError.damaged` and
    ///   `.incomplete`, as a reading of all does.
    package func matching(
        _ expression: String, parameters: [String: SQLScalar] = [:], in plan: CollectionPlan,
        limits: QueryLimits, each: (Identifier) throws -> Bool
    ) throws {
        try select(
            "coffer_id", expression, parameters, in: plan, order: " ORDER BY rowid", limits
        ) { row in
            guard let id = Identifier(text: row.statement.text(0)) else {
                throw QueryError.statement("it is no expression", offset: nil)
            }
            return try each(id)
        }
    }

    /// The number of records for which an SQL expression holds.
    ///
    /// - Throws: As `matching(_:parameters:in:limits:each:)`.
    package func countMatching(
        _ expression: String, parameters: [String: SQLScalar] = [:], in plan: CollectionPlan,
        limits: QueryLimits
    ) throws -> Int {
        var count = 0
        try select("count(*)", expression, parameters, in: plan, order: "", limits) { row in
            count = Int(clamping: row.statement.int64(0))
            return true
        }
        return count
    }

    private func select(
        _ result: String, _ expression: String, _ parameters: [String: SQLScalar],
        in plan: CollectionPlan, order: String, _ limits: QueryLimits,
        row: (QueryRow) throws -> Bool
    ) throws {
        let head = "SELECT \(result) FROM \(RuleChecker.quote(plan.name)) WHERE ("
        // The line end ends a comment, so that the bracket stays ours.
        let sql = head + expression + "\n)" + order
        let engine = try QueryEngine(self)
        do {
            try engine.run(
                sql, parameters: parameters, limits: limits,
                columns: { _ in try Self.requireOne(expression) }, row: row)
        } catch QueryError.statement(let message, let offset) {
            throw QueryError.statement(
                message, offset: offset.map { max(0, $0 - head.utf8.count) })
        }
    }
}

/// Where an expression finds a property of the records.
package enum PropertyPlace: Equatable {
    /// In a column: how SQL writes it, and what is in it.
    case column(String, FieldKind)
    /// In the JSON of this column, under the property's name: the schema does not name it.
    case extra(String)
    /// Nowhere, because the schema forbids properties that it does not name.
    case nowhere
}

extension RecordReader {
    /// Where an expression for `matching` finds a property, by its name byte for byte.
    ///
    /// Columns are written with their table, so that they mean the same in sub-queries.
    package func place(of property: String, in plan: CollectionPlan) -> PropertyPlace {
        for column in records.layout(plan).columns {
            guard case .field(let position, let kind) = column.content,
                plan.definition.fields[position].name.hasSameBytes(as: property)
            else { continue }
            return .column(Self.write(column.name, in: plan), kind)
        }
        return plan.schema.allowsOverflow ? .extra(Self.write("coffer_extra", in: plan)) : .nowhere
    }

    /// How an expression writes one of Coffer's own columns.
    package func own(_ column: String, in plan: CollectionPlan) -> String {
        Self.write(column, in: plan)
    }

    private static func write(_ column: String, in plan: CollectionPlan) -> String {
        RuleChecker.quote(plan.name) + "." + RuleChecker.quote(column)
    }

    /// Refuses an expression that holds only because of the brackets that were put around it.
    ///
    /// Asked after SQLite, which says better what is wrong with most, and before the first row.
    internal static func requireOne(_ expression: String) throws(QueryError) {
        guard standsAlone(expression) else {
            throw QueryError.statement("this is not one condition", offset: nil)
        }
    }

    /// Whether a text can stand between brackets without closing them or leaving something open.
    package static func standsAlone(_ expression: String) -> Bool {
        RuleText.standsAlone(expression)
    }
}
