internal import CofferFormat
internal import CofferRecords
internal import CofferSQLite

/// A row of a result, lent to whoever reads it.
///
/// A value is copied out when it is asked for; the row itself cannot be kept.
public struct SQLRow: ~Copyable {
    /// The names of the columns, no two the same.
    public let columns: [String]
    private let row: QueryRow

    internal init(_ columns: [String], _ row: QueryRow) {
        self.columns = columns
        self.row = row
    }

    /// The value in a column by its place; null where there is none.
    public subscript(_ index: Int) -> SQLValue {
        columns.indices.contains(index) ? value(index) : .null
    }

    /// The value in a column by its name; null where there is none.
    public subscript(_ name: String) -> SQLValue {
        columns.firstIndex(of: name).map { value($0) } ?? .null
    }

    /// All values.
    public var values: [SQLValue] { columns.indices.map { value($0) } }

    /// The row as one JSON object, with the columns as its members.
    public var json: String {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        for (index, name) in columns.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            JSON.write(.text(name), into: &bytes)
            bytes.append(UInt8(ascii: ":"))
            value(index).write(to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }

    private func value(_ index: Int) -> SQLValue { SQLValue(row.statement.scalar(index)) }
}
