internal import CofferFormat
internal import CofferSQLite

extension Tables.Table {
    private func keyword(_ column: String, _ name: String) -> Value? {
        schema?["properties"]?[column]?[name]
    }

    internal func isReference(_ column: String) -> Bool {
        keyword(column, "coffer:references") != nil
    }

    internal func isIndexed(_ column: String) -> Bool {
        keyword(column, "coffer:index") != nil || keyword(column, "coffer:unique") != nil
            || schema?["coffer:subject"] == .text(column)
    }

    /// A table with a unique id of 16 bytes, a sequence number, and the same indexes.
    internal func create(on connection: Connection) throws {
        let declared = columns.map { column in
            guard case .text(let target)? = keyword(column, "coffer:references") else {
                return "\"\(column)\"" + (column == "id" ? " UNIQUE" : "")
            }
            return "\"\(column)\" REFERENCES \"\(target)\"(id) DEFERRABLE INITIALLY DEFERRED"
        }
        try connection.execute(
            "CREATE TABLE \"\(name)\"(row_number INTEGER PRIMARY KEY, row_id BLOB UNIQUE, "
                + "row_sequence INTEGER, \(declared.joined(separator: ", ")))")
        try connection.execute(
            "CREATE UNIQUE INDEX \"\(name)_sequence\" ON \"\(name)\"(row_sequence)")
        for column in columns where column != "id" && (isIndexed(column) || isReference(column)) {
            try connection.execute(
                "CREATE INDEX \"\(name)_\(column)\" ON \"\(name)\"(\"\(column)\")")
        }
    }

    internal func insert(on connection: Connection, _ sequence: inout Int64) throws {
        let marks = (1...columns.count + 2).map { "?\($0)" }.joined(separator: ", ")
        let names = columns.map { "\"\($0)\"" }.joined(separator: ", ")
        let row = try connection.prepare(
            "INSERT INTO \"\(name)\"(row_id, row_sequence, \(names)) VALUES(\(marks))")
        var positions: [String: Int] = [:]
        for (index, column) in columns.enumerated() { positions[column] = index + 3 }
        var id = [UInt8](repeating: 0, count: 16)
        for record in records {
            sequence += 1
            // Spread like the ids that a vault derives.
            var mixed = UInt64(bitPattern: sequence) &* 0x9E37_79B9_7F4A_7C15
            for index in 0..<8 {
                id[index] = UInt8(truncatingIfNeeded: mixed)
                mixed >>= 8
            }
            row.clearBindings()
            try row.bind(blob: id, at: 1)
            try row.bind(sequence, at: 2)
            if case .object(let members) = record {
                for member in members {
                    guard let position = positions[member.name] else { continue }
                    try Self.bind(member.value, to: row, at: position)
                }
            }
            try row.run()
        }
    }

    private static func bind(
        _ value: Value, to row: borrowing Statement, at index: Int
    ) throws {
        switch value {
        case .null: try row.bindNull(at: index)
        case .bool(let flag): try row.bind(flag ? 1 : 0, at: index)
        case .integer(let integer): try row.bind(integer, at: index)
        case .double(let double): try row.bind(double, at: index)
        case .number(let literal): try row.bind(text: literal, at: index)
        case .text(let text): try row.bind(text: text, at: index)
        case .bytes(let bytes): try row.bind(blob: bytes, at: index)
        case .array, .object:
            try row.bind(text: String(decoding: JSON.write(value), as: UTF8.self), at: index)
        }
    }
}
