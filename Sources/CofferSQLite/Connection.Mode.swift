extension Connection {
    /// What a connection may do with the file.
    package enum Mode: Sendable {
        /// Reads and writes a database that exists.
        case readWrite
        /// Makes a new database, mode 0600; a name that is taken is refused.
        case create
        /// Reads a database that exists, also on a file system that cannot be written.
        case readOnly
        /// Reads a database that exists and leaves no trace of that: no log, no lock, no time.
        /// Where somebody writes meanwhile, it fails, or gives bytes that nothing vouches for.
        case untouched
    }
}
