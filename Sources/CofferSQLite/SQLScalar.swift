internal import CCofferSQLite

/// A value of SQL.
package enum SQLScalar: Sendable, Equatable {
    /// Nothing.
    case null
    /// A 64-bit integer.
    case integer(Int64)
    /// A double, which SQLite may let become infinite, but never NaN.
    case real(Double)
    /// Text; bytes that are not UTF-8 were replaced.
    case text(String)
    /// Bytes.
    case blob([UInt8])

    /// Copies a value that SQLite lends.
    @unsafe
    internal init(_ value: OpaquePointer?) {
        switch unsafe sqlite3_value_type(value) {
        case SQLITE_INTEGER: self = .integer(unsafe sqlite3_value_int64(value))
        case SQLITE_FLOAT: self = .real(unsafe sqlite3_value_double(value))
        case SQLITE3_TEXT:
            let start = unsafe sqlite3_value_text(value)
            let count = unsafe start == nil ? 0 : Int(sqlite3_value_bytes(value))
            let bytes = unsafe UnsafeBufferPointer(start: start, count: count)
            self = .text(unsafe String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let start = unsafe sqlite3_value_blob(value)
            let count = unsafe start == nil ? 0 : Int(sqlite3_value_bytes(value))
            let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
            self = .blob(unsafe Array(bytes))
        default: self = .null
        }
    }
}

extension Statement {
    /// Binds a value of any type.
    ///
    /// - Throws: As the other `bind`s.
    package func bind(_ value: SQLScalar, at index: Int) throws(SQLiteError) {
        switch value {
        case .null: try bindNull(at: index)
        case .integer(let integer): try bind(integer, at: index)
        case .real(let double): try bind(double, at: index)
        case .text(let text): try bind(text: text, at: index)
        case .blob(let bytes): try bind(blob: bytes, at: index)
        }
    }

    /// The value in column `index`.
    package func scalar(_ index: Int) -> SQLScalar {
        switch columnType(index) {
        case .null: .null
        case .integer: .integer(int64(index))
        case .real: .real(double(index))
        case .text: .text(text(index))
        case .blob: .blob(bytes(index))
        }
    }

    /// The name of parameter `index`, with the sign before it; nil for one without a name.
    package func parameterName(_ index: Int) -> String? {
        unsafe sqlite3_bind_parameter_name(pointer, Int32(clamping: index))
            .map { unsafe String(cString: $0) }
    }
}
