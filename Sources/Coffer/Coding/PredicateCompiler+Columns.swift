internal import CofferRecords
internal import CofferSQLite
internal import CofferSchema

/// Tests of fields that have columns of their own.
///
/// SQL converts before it compares: a text of digits equals a number in a column of numbers. A
/// comparison with a value of another kind than the schema allows is therefore not asked at all,
/// and where the schema allows several kinds, the kind of what is there is asked first.
extension PredicateCompiler {
    /// A test of a column.
    internal mutating func expression(
        _ column: String, _ kind: FieldKind, _ test: FieldTest
    ) throws(VaultError) -> String {
        switch test {
        case .isNull: return "(\(column) IS NULL)"
        case .equals(let operand): return try equality(column, kind, [operand])
        case .within(let operands): return try equality(column, kind, operands)
        case .orders(let order, let operand):
            guard Self.allows(operand.kind, in: kind) else { return "0" }
            let value = try parameter(operand.scalar)
            let comparison = "\(column) \(order.rawValue) \(value)"
            return kind == .any
                ? "(\(Self.holds(operand.kind, column)) AND \(comparison))" : "(\(comparison))"
        case .hasPrefix(let bytes):
            guard Self.allows(.text, in: kind) else { return "0" }
            return "(\(Self.holds(.text, column)) AND \(try prefix(of: column, bytes)))"
        case .contains(let bytes):
            guard Self.allows(.text, in: kind) else { return "0" }
            return "(\(Self.holds(.text, column)) AND \(try part(of: column, bytes)))"
        case .hasElement(let operand):
            guard kind == .json || kind == .any else { return "0" }
            // A field of several kinds may hold text that is no JSON, which SQLite would not read.
            let array = "CASE WHEN json_valid(\(column)) THEN \(column) END"
            return try "EXISTS(SELECT 1 FROM json_each(\(array)) AS \"#\" WHERE "
                + element("\"#\"", [operand]) + ")"
        }
    }

    /// Whether a column holds one of several values.
    private mutating func equality(
        _ column: String, _ kind: FieldKind, _ operands: [Operand]
    ) throws(VaultError) -> String {
        var short: [String] = []
        var parts: [String] = []
        for operand in operands where Self.allows(operand.kind, in: kind) {
            if case .long(let literal, let double) = operand {
                parts.append(try long(column, literal, double))
            } else {
                short.append(try parameter(operand.scalar))
            }
        }
        if short.count == 1 {
            parts.append("\(column) = \(short[0])")
        } else if short.count > 1 {
            parts.append("\(column) IN (\(short.joined(separator: ", ")))")
        }
        return "(\(Self.joined(parts[...], "OR")))"
    }

    /// Whether a column holds an integer of more than 64 bits.
    ///
    /// Where no double holds it, SQL sees its digits as text; a comparison as numbers would be one
    /// of the nearest doubles.
    private mutating func long(
        _ column: String, _ literal: String, _ double: Double
    ) throws(VaultError) -> String {
        let text = "CAST(\(column) AS TEXT) = \(try parameter(.text(literal)))"
        guard String(UInt128(exactly: double) ?? 0) == literal else { return text }
        return "(\(text) OR typeof(\(column)) = 'real' "
            + "AND \(column) = \(try parameter(.real(double))))"
    }

    /// Whether a field of a kind can hold values that a value of a kind is compared with.
    private static func allows(_ operand: Operand.Kind, in kind: FieldKind) -> Bool {
        switch kind {
        case .any: true
        case .text: operand == .text
        case .integer, .number: operand == .number
        case .boolean: operand == .flag
        case .json: false
        }
    }

    private static func holds(_ kind: Operand.Kind, _ column: String) -> String {
        kind == .text
            ? "typeof(\(column)) = 'text'" : "typeof(\(column)) IN ('integer', 'real')"
    }
}

extension PredicateCompiler {
    /// Whether a text begins with bytes; as bytes, because SQL's functions end a text at a NUL.
    internal mutating func prefix(
        of text: String, _ bytes: [UInt8]
    ) throws(VaultError) -> String {
        // Of the empty text as bytes, SQLite's answer would be NULL.
        guard !bytes.isEmpty else { return "1" }
        let value = try parameter(.blob(bytes))
        return "substr(CAST(\(text) AS BLOB), 1, \(bytes.count)) = \(value)"
    }

    /// Whether a text has bytes in it.
    internal mutating func part(of text: String, _ bytes: [UInt8]) throws(VaultError) -> String {
        // Every text has the empty one in it.
        guard !bytes.isEmpty else { return "1" }
        return "instr(CAST(\(text) AS BLOB), \(try parameter(.blob(bytes)))) > 0"
    }

    /// Whether a row of `json_each` is an element of an array and one of several values.
    internal mutating func element(
        _ row: String, _ operands: [Operand]
    ) throws(VaultError) -> String {
        "typeof(\(row).key) = 'integer' AND " + (try equality(row: row, operands))
    }

    /// Whether a row of `json_each` is one of several values.
    internal mutating func equality(
        row: String, _ operands: [Operand]
    ) throws(VaultError) -> String {
        var parts: [String] = []
        for operand in operands {
            let value = try parameter(operand.scalar)
            parts.append("(\(Self.holds(operand, row: row)) AND \(row).value = \(value))")
        }
        return Self.joined(parts[...], "OR")
    }

    /// Whether a row of `json_each` has a value of the kind of another.
    internal static func holds(_ operand: Operand, row: String) -> String {
        switch operand.kind {
        case .number: "\(row).type IN ('integer', 'real')"
        case .text: "\(row).type = 'text'"
        case .flag: "\(row).type IN ('true', 'false')"
        }
    }
}
