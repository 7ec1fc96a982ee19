internal import CofferRecords
internal import CofferSQLite

/// Tests of properties that the schema does not name, which SQL finds in one column as JSON.
///
/// The name is the value of a parameter: a path of SQLite's JSON functions could not say every name.
/// There, SQLite ends texts at a NUL and makes doubles of integers beyond 64 bits.
extension PredicateCompiler {
    /// A test of a property in the JSON of a column.
    internal mutating func expression(
        _ property: String, extra column: String, _ test: FieldTest
    ) throws(VaultError) -> String {
        let row = "\"#\""
        let name = try parameter(.text(property))
        var source = "json_each(\(column)) AS \(row)"
        let found: String
        switch test {
        case .isNull:
            return "NOT EXISTS(SELECT 1 FROM \(source) "
                + "WHERE \(row).key = \(name) AND \(row).type <> 'null')"
        case .equals(let operand): found = try equality(row: row, [operand])
        case .within(let operands): found = try equality(row: row, operands)
        case .orders(let order, let operand):
            let value = try parameter(operand.scalar)
            found = "\(Self.holds(operand, row: row)) AND \(row).value \(order.rawValue) \(value)"
        case .hasPrefix(let bytes):
            found = "\(row).type = 'text' AND " + (try prefix(of: "\(row).value", bytes))
        case .contains(let bytes):
            found = "\(row).type = 'text' AND " + (try part(of: "\(row).value", bytes))
        case .hasElement(let operand):
            let inner = "\"##\""
            source +=
                ", json_each(CASE \(row).type WHEN 'array' THEN \(row).value END) AS \(inner)"
            found = try element(inner, [operand])
        }
        return "EXISTS(SELECT 1 FROM \(source) WHERE \(row).key = \(name) AND (\(found)))"
    }
}
