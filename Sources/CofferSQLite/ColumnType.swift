internal import CCofferSQLite

/// What a result column holds in the present row.
package enum ColumnType: Sendable {
    /// A 64-bit integer.
    case integer
    /// A double.
    case real
    /// Text.
    case text
    /// Bytes.
    case blob
    /// Nothing; also for a column that is not there.
    case null

    internal init(_ code: Int32) {
        self =
            switch code {
            case SQLITE_INTEGER: .integer
            case SQLITE_FLOAT: .real
            case SQLITE3_TEXT: .text
            case SQLITE_BLOB: .blob
            default: .null
            }
    }
}
