import Testing

/// What a vault holds, in the words of the program; its description is short.
struct Snapshot: Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What `check --json` prints.
    let check: String
    /// What `export` prints.
    let records: String
    /// What further commands say.
    let watched: [String]

    var description: String {
        "\(check.dropLast()) and \(records.utf8.count) bytes of records \(watched)"
    }
    var debugDescription: String { description }
}

extension Snapshot: CustomTestStringConvertible {
    var testDescription: String { description }
}
