/// Why a file as a whole cannot be read or written; single records are rejected one by one.
package enum ExchangeError: Error, Hashable, Sendable {
    /// The system could not read; the number is its reason.
    case unreadable(errno: Int32)
    /// The system could not write; the number is its reason.
    case unwritable(errno: Int32)
    /// The text is UTF-16 or UTF-32.
    case wideText
    /// The file is no text at all; the word says what it looks like.
    case notText(String)
    /// Neither name nor content tells the format.
    case unknownFormat
    /// The file breaks off, or breaks the rules of its format, at a line.
    case malformed(line: Int, reason: String)
    /// A record is longer than the limit.
    case tooLong(line: Int)
    /// Two columns of a CSV file have the same name.
    case duplicateColumn(String)
    /// A record to be written as CSV has a field that is no column.
    case unknownColumn(String)
    /// Only objects can be written as records.
    case notAnObject
    /// A NeDB log has more documents than are kept track of.
    case tooManyDocuments

    /// What happened and what to do, in one line; it quotes no value.
    package var message: String {
        switch self {
        case .unreadable(let errno): "it could not be read (errno \(errno))"
        case .unwritable(let errno): "it could not be written (errno \(errno))"
        case .wideText: "it is UTF-16 or UTF-32; save it as UTF-8 and import that"
        case .notText(let kind): "it is \(kind), not JSON, NDJSON, CSV or a NeDB log"
        case .unknownFormat:
            "it is not JSON, NDJSON, CSV or a NeDB log; its extension can say which"
        case .malformed(let line, let reason): "line \(line): \(reason)"
        case .tooLong(let line): "line \(line): a record is too long"
        case .duplicateColumn(let name): "two columns are named \(name); rename one"
        case .unknownColumn(let name): "the table has no column \(name)"
        case .notAnObject: "only objects can be written as records"
        case .tooManyDocuments: "the log has too many documents; compact it and try again"
        }
    }
}
