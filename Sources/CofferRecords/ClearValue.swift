internal import CofferFormat
internal import CofferSQLite

/// What a clear column holds, if it is not NULL.
internal enum ClearValue: Equatable {
    case blob([UInt8])
    case integer(Int64)
    case real(Double)
    case text(String)
    /// Text that is no UTF-8, which nothing here writes.
    case damagedText([UInt8])

    /// The value of a column in the current row; nil for NULL.
    init?(_ statement: borrowing Statement, _ column: Int) {
        switch statement.columnType(column) {
        case .null: return nil
        case .blob: self = .blob(statement.bytes(column))
        case .integer: self = .integer(statement.int64(column))
        case .real: self = .real(statement.double(column))
        case .text:
            // Bytes that are no UTF-8 would read the same as the character that replaces them.
            let bytes = statement.bytes(column)
            self =
                String(validating: bytes, as: UTF8.self).map { .text($0) }
                ?? .damagedText(bytes)
        }
    }

    /// The native form of a plain field's value; nil for null.
    init?(plain value: Value) {
        switch value {
        case .null: return nil
        case .bool(let flag): self = .integer(flag ? 1 : 0)
        case .integer(let integer): self = .integer(integer)
        case .double(let double): self = .real(double)
        case .number(let literal): self = .text(literal)
        case .text(let text): self = .text(text)
        case .bytes(let bytes): self = .blob(bytes)
        case .array, .object: self = .text(String(decoding: JSON.write(value), as: UTF8.self))
        }
    }

    /// Binds the value to a parameter.
    func bind(to statement: borrowing Statement, at index: Int) throws(SQLiteError) {
        switch self {
        case .blob(let bytes): try statement.bind(blob: bytes, at: index)
        case .integer(let integer): try statement.bind(integer, at: index)
        case .real(let double): try statement.bind(double, at: index)
        case .text(let text): try statement.bind(text: text, at: index)
        case .damagedText(let bytes): try statement.bind(blob: bytes, at: index)
        }
    }
}
