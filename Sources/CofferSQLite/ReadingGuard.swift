internal import CCofferSQLite

/// Lets statements read named tables, and nothing else whatever they try.
///
/// It stands on SQLite's authorizer (<https://www.sqlite.org/c3ref/set_authorizer.html>), which
/// is asked while a statement is compiled, about the statements that functions and tables of
/// SQLite run inside, too.
internal final class ReadingGuard {
    private let tables: Set<String>
    private let others: Set<String>
    private let moment: VirtualTables.Moment

    /// Functions that reach beyond their arguments, or hand out pointers.
    private static let refusedFunctions: Set<String> = [
        "load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "sqlite_log",
        "rtreecheck", "rtreenode", "rtreedepth", "fts5", "sqlite_compileoption_get",
        "sqlite_compileoption_used",
    ]

    /// Allows `tables`; `others` are the names of tables that the connection has besides.
    internal init(tables: Set<String>, others: Set<String>, _ moment: VirtualTables.Moment) {
        self.tables = tables
        self.others = others
        self.moment = moment
    }

    /// Whether a statement may do something.
    internal func allows(_ action: Int32, _ first: String, _ second: String) -> Bool {
        // SQLite compiles a change of the schema for the declaration, and does not run it.
        if moment.isDeclaring { return true }
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE: return true
        case SQLITE_FUNCTION: return !Self.refusedFunctions.contains(second.lowercased())
        case SQLITE_READ:
            let table = first.lowercased()
            if tables.contains(table) { return true }
            // Without a column it may be a common table expression, which has no other name.
            return second.isEmpty && !others.contains(table) && !table.hasPrefix("sqlite_")
                && !table.hasPrefix("pragma_")
        default: return false
        }
    }
}

extension VirtualTables {
    /// Lets statements do nothing from now on but read these tables, and `others`: names of
    /// SQLite's own table-valued functions.
    ///
    /// What they try beyond that fails with ``ResultCode/authorization``, or with
    /// ``ResultCode/error`` where SQLite says that access is prohibited.
    package func allowOnlyReading(and others: Set<String>) throws(SQLiteError) {
        var modules: Set<String> = []
        do {
            let statement = try connection.prepare("PRAGMA module_list")
            while try statement.step() { modules.insert(statement.text(0).lowercased()) }
        }
        for name in others.sorted() {
            // Tables of SQLite's own are declared at their first use, which must come before.
            _ = try connection.prepare("SELECT 1 FROM \(name)('') LIMIT 0")
        }
        let tables = names.union(others)
        let reading = ReadingGuard(
            tables: tables, others: modules.subtracting(tables), moment)
        connection.companions.append(reading)
        unsafe sqlite3_set_authorizer(
            connection.handle.pointer,
            { context, action, first, second, _, _ in
                guard let context = unsafe context else { return SQLITE_DENY }
                let reading = unsafe Unmanaged<ReadingGuard>.fromOpaque(context)
                    .takeUnretainedValue()
                let first = unsafe first.map { unsafe String(cString: $0) } ?? ""
                let second = unsafe second.map { unsafe String(cString: $0) } ?? ""
                return reading.allows(action, first, second) ? SQLITE_OK : SQLITE_DENY
            }, Unmanaged.passUnretained(reading).toOpaque())
    }
}

extension Connection {
    /// Where in the statement the last error lies, in bytes; nil when SQLite does not know.
    package var errorOffset: Int? {
        let offset = unsafe sqlite3_error_offset(handle.pointer)
        return offset < 0 ? nil : Int(offset)
    }
}
