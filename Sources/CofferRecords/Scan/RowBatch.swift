/// Some rows of a collection, handed from the thread that fills them to the one that reads them.
internal final class RowBatch: @unchecked Sendable {
    // Sendable is true because it goes from hand to hand under the lock of its scan.

    /// The rows.
    var it = OpenedRows()
}
