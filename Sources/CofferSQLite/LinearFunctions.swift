internal import CCofferSQLite

/// Functions of SQL whose own versions compare at every place of a text anew.
///
/// With long texts one call of those takes minutes, and nothing can end it: SQLite asks whether to
/// go on between its steps only. These answer the same, in time that grows with the texts.
internal enum LinearFunctions {
    /// A function as SQLite calls it.
    internal typealias Function =
        @convention(c) (
            OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?
        ) -> Void

    /// The bytes of a value as text, or as they are when it is a blob; valid during the call.
    private static func bytes(_ value: OpaquePointer?, asText: Bool) -> UnsafeRawBufferPointer {
        let start =
            unsafe asText
            ? UnsafeRawPointer(sqlite3_value_text(value)) : sqlite3_value_blob(value)
        // After the conversion, which may change the number.
        let count = unsafe start == nil ? 0 : Int(sqlite3_value_bytes(value))
        return unsafe UnsafeRawBufferPointer(start: start, count: count)
    }

    /// Where `needle` lies first at or after `start`; nil when nowhere.
    private static func find(
        _ needle: UnsafeRawBufferPointer, in hay: UnsafeRawBufferPointer, from start: Int = 0
    ) -> Int? {
        guard let first = needle.baseAddress, let base = hay.baseAddress,
            start <= hay.count,
            // memmem(3) of glibc takes linear time (two-way algorithm).
            let found = unsafe CCofferSQLite_find(
                base + start, hay.count - start, first, needle.count)
        else { return nil }
        return unsafe found - base
    }

    private static func isNull(_ value: OpaquePointer?) -> Bool {
        unsafe sqlite3_value_type(value) == SQLITE_NULL
    }

    /// `instr(X, Y)`: the first place of Y in X, in characters from 1; 0 where there is none.
    internal static func place(
        _ context: OpaquePointer?, _ values: UnsafeMutablePointer<OpaquePointer?>?
    ) {
        guard let context = unsafe context, let values = unsafe values else { return }
        let (x, y) = unsafe (values[0], values[1])
        guard unsafe !isNull(x), unsafe !isNull(y) else { return }
        let isBlob = unsafe [x, y].allSatisfy { unsafe sqlite3_value_type($0) == SQLITE_BLOB }
        let hay = unsafe bytes(x, asText: !isBlob)
        let needle = unsafe bytes(y, asText: !isBlob)
        guard needle.count > 0 else { return unsafe sqlite3_result_int64(context, 1) }
        guard let found = unsafe find(needle, in: hay) else {
            return unsafe sqlite3_result_int64(context, 0)
        }
        guard !isBlob else { return unsafe sqlite3_result_int64(context, Int64(found) + 1) }
        // No character begins with a byte that goes on with one.
        if found > 0, unsafe isInside(hay[found]) {
            return unsafe sqlite3_result_int64(context, 0)
        }
        var place: Int64 = 1
        for index in 0..<found {
            if unsafe !isInside(hay[index + 1]) { place += 1 }
        }
        unsafe sqlite3_result_int64(context, place)
    }

    private static func isInside(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    /// `replace(X, Y, Z)`: X with Z in place of each Y.
    internal static func replace(
        _ context: OpaquePointer?, _ values: UnsafeMutablePointer<OpaquePointer?>?
    ) {
        guard let context = unsafe context, let values = unsafe values else { return }
        let (x, y, z) = unsafe (values[0], values[1], values[2])
        guard unsafe !isNull(x), unsafe !isNull(y) else { return }
        let hay = unsafe bytes(x, asText: true)
        let needle = unsafe bytes(y, asText: true)
        guard let first = unsafe needle.first, first != 0 else {
            return unsafe sqlite3_result_value(context, x)
        }
        guard unsafe !isNull(z) else { return }
        let new = unsafe bytes(z, asText: true)
        let limit = unsafe Int(
            sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1))
        var result: [UInt8] = []
        var from = 0
        while let found = unsafe find(needle, in: hay, from: from) {
            unsafe result.append(contentsOf: hay[from..<found])
            unsafe result.append(contentsOf: new)
            from = found + needle.count
            guard result.count <= limit else { return unsafe sqlite3_result_error_toobig(context) }
        }
        unsafe result.append(contentsOf: hay[from...])
        unsafe ColumnResult(context).set(text: result.span)
    }

    /// `trim(X, Y)` and its like: X without the characters of Y at its ends.
    internal static func trim(
        _ context: OpaquePointer?, _ values: UnsafeMutablePointer<OpaquePointer?>?,
        atStart: Bool, atEnd: Bool
    ) {
        guard let context = unsafe context, let values = unsafe values else { return }
        let (x, y) = unsafe (values[0], values[1])
        guard unsafe !isNull(x), unsafe !isNull(y) else { return }
        let text = unsafe bytes(x, asText: true)
        let characters = unsafe characters(of: bytes(y, asText: true))
        var (start, end) = (0, text.count)
        while atStart {
            let size = (1...4).first { size in
                guard size <= end - start else { return false }
                return unsafe characters.contains(packed(text, start..<start + size))
            }
            guard let size else { break }
            start += size
        }
        while atEnd {
            let size = (1...4).first { size in
                guard size <= end - start else { return false }
                return unsafe characters.contains(packed(text, end - size..<end))
            }
            guard let size else { break }
            end -= size
        }
        let rest = unsafe text[start..<end]
        unsafe ColumnResult(context).set(text: Array(rest).span)
    }

    /// The characters of a text up to a NUL, each as one number; what is longer than 4 bytes is
    /// none.
    private static func characters(of text: UnsafeRawBufferPointer) -> Set<UInt64> {
        var found: Set<UInt64> = []
        var index = 0
        while index < text.count, unsafe text[index] != 0 {
            let start = index
            index += 1
            if unsafe text[start] >= 0xC0 {
                while index < text.count, unsafe isInside(text[index]) { index += 1 }
            }
            if index - start <= 4 { found.insert(unsafe packed(text, start..<index)) }
        }
        return found
    }

    /// At most 4 bytes as one number, with their count.
    private static func packed(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64 {
        var number = UInt64(range.count)
        for index in range {
            number = unsafe number << 8 | UInt64(text[index])
        }
        return number
    }
}

extension Connection {
    /// Puts functions that take linear time in the place of SQLite's own of the same names.
    ///
    /// - Throws: ``ResultCode/nomem``.
    package func replaceSlowFunctions() throws(SQLiteError) {
        try unsafe replace("instr", 2) { unsafe LinearFunctions.place($0, $2) }
        try unsafe replace("replace", 3) { unsafe LinearFunctions.replace($0, $2) }
        try unsafe replace("trim", 2) {
            unsafe LinearFunctions.trim($0, $2, atStart: true, atEnd: true)
        }
        try unsafe replace("ltrim", 2) {
            unsafe LinearFunctions.trim($0, $2, atStart: true, atEnd: false)
        }
        try unsafe replace("rtrim", 2) {
            unsafe LinearFunctions.trim($0, $2, atStart: false, atEnd: true)
        }
    }

    private func replace(
        _ name: String, _ count: Int32, _ call: LinearFunctions.Function
    ) throws(SQLiteError) {
        let code = unsafe sqlite3_create_function_v2(
            handle.pointer, name, count, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nil,
            call, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }
}
