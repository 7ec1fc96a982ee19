package import CofferFormat

/// A version of a record that was replaced or deleted, as it was opened.
package struct OldVersion: Sendable {
    /// Its number in the history of its collection.
    package let number: UInt64
    /// Why and when it ended.
    package let note: HistoryNote
    /// The record as it was.
    package let record: Record
}
