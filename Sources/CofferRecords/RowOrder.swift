/// Whether rows come in the order that was asked for.
///
/// SQLite takes the order of a table from its pages without comparing; where somebody has changed
/// the pages, the same row can come twice.
internal struct RowOrder {
    private var last: Int64?

    /// Takes the next row; false unless it comes after the one before.
    internal mutating func ascends(to rid: Int64) -> Bool {
        defer { last = rid }
        guard let last else { return true }
        return rid > last
    }
}
