internal import CCofferSQLite

extension Connection {
    /// Bounds on what a statement, or a hostile database, can make SQLite do.
    ///
    /// Lower than SQLite's own, in the spirit of its advice for files from strangers.
    /// <https://www.sqlite.org/security.html>
    package struct Limits: Sendable {
        /// The longest value and the longest row, in bytes.
        package var length: Int32 = 128 << 20
        /// The longest statement, in bytes.
        package var statementLength: Int32 = 1 << 20
        /// The most columns of a table, index or result.
        package var columns: Int32 = 2_000
        /// The deepest expression.
        package var expressionDepth: Int32 = 200
        /// The most SELECTs in one compound.
        package var compoundSelects: Int32 = 20
        /// The most instructions of one compiled statement.
        package var instructions: Int32 = 250_000
        /// The most arguments of a function.
        package var functionArguments: Int32 = 32
        /// The longest pattern of LIKE and GLOB, in bytes; longer ones can take forever.
        package var patternLength: Int32 = 1_000
        /// The highest number of a parameter.
        package var parameters: Int32 = 8_192

        /// The limits that suit Coffer's own tables.
        package init() {}
    }
}

extension Connection.Limits {
    /// Sets every limit; SQLite clips what is above its compiled maximum.
    internal func apply(to handle: Handle) {
        let pairs = [
            (SQLITE_LIMIT_LENGTH, length),
            (SQLITE_LIMIT_SQL_LENGTH, statementLength),
            (SQLITE_LIMIT_COLUMN, columns),
            (SQLITE_LIMIT_EXPR_DEPTH, expressionDepth),
            (SQLITE_LIMIT_COMPOUND_SELECT, compoundSelects),
            (SQLITE_LIMIT_VDBE_OP, instructions),
            (SQLITE_LIMIT_FUNCTION_ARG, functionArguments),
            (SQLITE_LIMIT_ATTACHED, 0),
            (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, patternLength),
            (SQLITE_LIMIT_VARIABLE_NUMBER, parameters),
            (SQLITE_LIMIT_TRIGGER_DEPTH, 1),
            (SQLITE_LIMIT_WORKER_THREADS, 0),
        ]
        for (limit, value) in pairs {
            // A negative value would only ask for the present one.
            unsafe sqlite3_limit(handle.pointer, limit, max(0, value))
        }
    }
}
