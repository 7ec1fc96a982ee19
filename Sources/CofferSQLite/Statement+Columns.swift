internal import CCofferSQLite

/// Readers of the present row. A column that is not there, or no row, reads as NULL.
///
/// SQLite converts a value of another type (<https://www.sqlite.org/c3ref/column_blob.html>);
/// where the file is not trusted, look at ``columnType(_:)`` first.
extension Statement {
    /// The type of the value in column `index`; ask before reading, reading may convert.
    package func columnType(_ index: Int) -> ColumnType {
        ColumnType(unsafe sqlite3_column_type(pointer, Int32(clamping: index)))
    }

    /// Whether column `index` is NULL.
    package func isNull(_ index: Int) -> Bool {
        unsafe sqlite3_column_type(pointer, Int32(clamping: index)) == SQLITE_NULL
    }

    /// The integer in column `index`; 0 for NULL.
    package func int64(_ index: Int) -> Int64 {
        unsafe sqlite3_column_int64(pointer, Int32(clamping: index))
    }

    /// The double in column `index`; 0 for NULL.
    package func double(_ index: Int) -> Double {
        unsafe sqlite3_column_double(pointer, Int32(clamping: index))
    }

    /// The text in column `index`, bytes that are not UTF-8 replaced; empty for NULL.
    package func text(_ index: Int) -> String {
        let column = Int32(clamping: index)
        guard let start = unsafe sqlite3_column_text(pointer, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(pointer, column))
        return unsafe String(
            decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The number of bytes of text or bytes in column `index`.
    package func byteCount(_ index: Int) -> Int {
        Int(unsafe sqlite3_column_bytes(pointer, Int32(clamping: index)))
    }

    /// A copy of the bytes in column `index`; empty for NULL.
    package func bytes(_ index: Int) -> [UInt8] {
        unsafe Array(unsafelyBorrowBytes(index))
    }

    /// Lends the bytes in column `index`; empty for NULL.
    ///
    /// The statement must not be stepped, reset or read at the same column inside `body`.
    @inlinable
    package func withBytes<Result: ~Copyable, Failure: Error>(
        _ index: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(unsafelyBorrowBytes(index))
    }

    /// The type of the value in column `index`, and its bytes where it is a blob; valid until the
    /// next step, reset or read of that column.
    ///
    /// Quicker than asking for one after the other, which takes the connection's lock each time.
    @unsafe
    package func unsafelyBorrowBlob(
        _ index: Int
    ) -> (type: ColumnType, bytes: UnsafeRawBufferPointer) {
        let value = unsafe sqlite3_column_value(pointer, Int32(clamping: index))
        let type = ColumnType(unsafe sqlite3_value_type(value))
        guard case .blob = type, let start = unsafe sqlite3_value_blob(value) else {
            return unsafe (type, UnsafeRawBufferPointer(start: nil, count: 0))
        }
        let count = Int(unsafe sqlite3_value_bytes(value))
        return unsafe (type, UnsafeRawBufferPointer(start: start, count: count))
    }

    /// The bytes in column `index`, valid until the next step, reset or read of that column.
    @unsafe
    package func unsafelyBorrowBytes(_ index: Int) -> UnsafeRawBufferPointer {
        let column = Int32(clamping: index)
        // sqlite3_column_blob comes first: it may convert, and the size is that of the result.
        let start = unsafe sqlite3_column_blob(pointer, column)
        let count = Int(unsafe sqlite3_column_bytes(pointer, column))
        return unsafe UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
    }
}
