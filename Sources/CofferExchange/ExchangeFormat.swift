/// How records lie in a file.
package enum ExchangeFormat: String, Hashable, Sendable, CaseIterable {
    /// One JSON array of objects, each a record.
    case array
    /// One JSON object whose members are arrays of objects: each member is a collection.
    case collections
    /// One JSON object of any other kind: one record.
    case document
    /// One JSON object a line.
    case lines
    /// A table with a header row (RFC 4180).
    case csv
    /// The append-only log of a NeDB store, as Foundry VTT keeps up to version 10.
    case nedb
    /// What Improved Initiative's "export all data" writes.
    case improvedInitiative
}
