internal import CCofferSQLite

/// - Throws: Each `bind` throws ``ResultCode/range`` for a parameter that the statement does
///   not have, ``ResultCode/misuse`` while the statement runs, ``ResultCode/tooBig`` for a
///   value above the limit, ``ResultCode/nomem``.
extension Statement {
    /// Binds an integer.
    package func bind(_ value: Int64, at index: Int) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_int64(pointer, Int32(clamping: index), value))
    }

    /// Binds an integer.
    package func bind(_ value: Int, at index: Int) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_int64(pointer, Int32(clamping: index), Int64(value)))
    }

    /// Binds a double; SQLite stores NaN as NULL.
    package func bind(_ value: Double, at index: Int) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_double(pointer, Int32(clamping: index), value))
    }

    /// Binds NULL.
    package func bindNull(at index: Int) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_null(pointer, Int32(clamping: index)))
    }

    /// Binds text; SQLite copies it.
    package func bind(text value: String, at index: Int) throws(SQLiteError) {
        var value = value
        let code = value.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { text in
                // A null pointer would bind NULL.
                guard let start = text.baseAddress else { return bindEmptyText(index) }
                return unsafe sqlite3_bind_text64(
                    pointer, Int32(clamping: index), start, UInt64(text.count),
                    CCofferSQLite_transient(), UInt8(SQLITE_UTF8))
            }
        }
        try check(code)
    }

    /// Binds bytes; SQLite copies them.
    package func bind(blob value: Span<UInt8>, at index: Int) throws(SQLiteError) {
        let code = unsafe value.withUnsafeBufferPointer { bytes in
            unsafe bind(UnsafeRawBufferPointer(bytes), index, CCofferSQLite_transient())
        }
        try check(code)
    }

    /// Binds bytes; SQLite copies them.
    package func bind(blob value: UnsafeRawBufferPointer, at index: Int) throws(SQLiteError) {
        try check(unsafe bind(value, index, CCofferSQLite_transient()))
    }

    /// Binds bytes; SQLite copies them.
    package func bind(blob value: [UInt8], at index: Int) throws(SQLiteError) {
        let code = unsafe value.withUnsafeBytes { bytes in
            unsafe bind(bytes, index, CCofferSQLite_transient())
        }
        try check(code)
    }

    /// Binds bytes without copying them.
    ///
    /// - Important: The bytes must stay where and as they are until the parameter is bound anew,
    ///   ``clearBindings()`` is called, or the statement goes out of scope: ``reset()`` alone is
    ///   not enough, and SQLite reads them whenever the statement is stepped.
    @unsafe
    package func bindNoCopy(
        _ value: UnsafeRawBufferPointer, at index: Int
    ) throws(SQLiteError) {
        try check(unsafe bind(value, index, nil))
    }

    private func bind(
        _ bytes: UnsafeRawBufferPointer, _ index: Int, _ destructor: sqlite3_destructor_type?
    ) -> Int32 {
        guard let start = bytes.baseAddress, bytes.count > 0 else {
            // A null pointer would bind NULL, so an empty blob is bound by length.
            return unsafe sqlite3_bind_zeroblob(pointer, Int32(clamping: index), 0)
        }
        return unsafe sqlite3_bind_blob64(
            pointer, Int32(clamping: index), start, UInt64(bytes.count), destructor)
    }

    private func bindEmptyText(_ index: Int) -> Int32 {
        unsafe sqlite3_bind_text64(
            pointer, Int32(clamping: index), "", 0, CCofferSQLite_transient(), UInt8(SQLITE_UTF8))
    }

    private func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw failure(code) }
    }
}
