import CCofferSQLite

/// A plain connection without any of Coffer's settings: what somebody with the file has.
@safe
final class RawDatabase {
    /// A value as SQLite stores it; text as bytes, because it need not be UTF-8.
    enum Cell: Hashable {
        case null
        case integer(Int64)
        case real(Double)
        case text([UInt8])
        case blob([UInt8])
    }

    struct Failure: Error {
        let code: Int32
        let message: String
    }

    private let handle: OpaquePointer

    init(_ path: String) throws {
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE, nil)
        guard code == SQLITE_OK, let handle = unsafe opened else {
            unsafe sqlite3_close_v2(opened)
            throw Failure(code: code, message: "open")
        }
        unsafe self.handle = handle
        // A crash in the middle of an attack is no part of it.
        try run("PRAGMA synchronous=OFF")
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    /// Runs one statement to its end and gives its rows.
    @discardableResult
    func run(_ sql: String, _ values: [Cell] = []) throws -> [[Cell]] {
        var prepared: OpaquePointer?
        guard unsafe sqlite3_prepare_v2(handle, sql, -1, &prepared, nil) == SQLITE_OK,
            let statement = unsafe prepared
        else { throw failure(sql) }
        defer { unsafe sqlite3_finalize(statement) }
        for (index, value) in values.enumerated() {
            unsafe bind(value, statement, Int32(index + 1))
        }
        var rows: [[Cell]] = []
        while true {
            let step = unsafe sqlite3_step(statement)
            if step == SQLITE_DONE { return rows }
            guard step == SQLITE_ROW else { throw failure(sql) }
            let width = unsafe sqlite3_column_count(statement)
            rows.append((0..<width).map { unsafe cell(statement, $0) })
        }
    }

    /// Lets the next statements change `sqlite_schema` itself.
    func openSchema() throws {
        var now: Int32 = 0
        unsafe _ = CCofferSQLite_configure(handle, SQLITE_DBCONFIG_DEFENSIVE, 0, &now)
        try run("PRAGMA writable_schema=ON")
    }

    private func failure(_ sql: String) -> Failure {
        let message = unsafe String(cString: sqlite3_errmsg(handle))
        return Failure(code: unsafe sqlite3_errcode(handle), message: "\(message): \(sql)")
    }

    @unsafe
    private func bind(_ value: Cell, _ statement: OpaquePointer, _ index: Int32) {
        switch value {
        case .null: unsafe sqlite3_bind_null(statement, index)
        case .integer(let integer): unsafe sqlite3_bind_int64(statement, index, integer)
        case .real(let double): unsafe sqlite3_bind_double(statement, index, double)
        case .text(let bytes):
            unsafe bytes.withUnsafeBytes { buffer in
                let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
                unsafe _ = sqlite3_bind_text(
                    statement, index, start, Int32(buffer.count), CCofferSQLite_transient())
            }
        case .blob(let bytes):
            if bytes.isEmpty {
                unsafe sqlite3_bind_zeroblob(statement, index, 0)
                return
            }
            unsafe bytes.withUnsafeBytes { buffer in
                unsafe _ = sqlite3_bind_blob(
                    statement, index, buffer.baseAddress, Int32(buffer.count),
                    CCofferSQLite_transient())
            }
        }
    }

    @unsafe
    private func cell(_ statement: OpaquePointer, _ column: Int32) -> Cell {
        switch unsafe sqlite3_column_type(statement, column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(unsafe sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: .real(unsafe sqlite3_column_double(statement, column))
        case SQLITE_TEXT: .text(unsafe bytes(statement, column))
        default: .blob(unsafe bytes(statement, column))
        }
    }

    @unsafe
    private func bytes(_ statement: OpaquePointer, _ column: Int32) -> [UInt8] {
        let start = unsafe sqlite3_column_blob(statement, column)
        let count = Int(unsafe sqlite3_column_bytes(statement, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}

extension RawDatabase.Cell {
    /// The integer, 0 for anything else.
    var int: Int64 {
        if case .integer(let value) = self { return value }
        return 0
    }

    /// The bytes of a blob or text, none for anything else.
    var bytes: [UInt8] {
        switch self {
        case .blob(let bytes), .text(let bytes): bytes
        default: []
        }
    }

    /// The text, lossy.
    var string: String { String(decoding: bytes, as: UTF8.self) }
}
