/// What a statement wants of a ``VirtualTable``.
package struct IndexRequest: Sendable {
    /// A comparison of a column with a value by `=`.
    package struct Equality: Sendable {
        /// The column; -1 is the rowid.
        package let column: Int
        /// Its place among the constraints of the statement.
        package let place: Int
    }

    /// The comparisons whose values are known when the rows are looked for, texts by their bytes.
    package let equalities: [Equality]
    /// The columns that the statement reads; the last bit stands for all from 63 on.
    package let columnsUsed: UInt64
    /// Whether the rows are wanted in the order of their rowids and no other.
    package let isByRowid: Bool

    /// Whether the statement reads a column.
    package func uses(_ column: Int) -> Bool {
        columnsUsed >> UInt64(min(max(column, 0), 63)) & 1 == 1
    }
}

/// How a ``VirtualTable`` will find the rows.
package struct IndexChoice: Sendable {
    /// Tells the cursor what was chosen.
    package var number: Int32 = 0
    /// The ``IndexRequest/Equality/place`` of the comparison whose value the cursor wants.
    package var place: Int?
    /// What EXPLAIN QUERY PLAN shows.
    package var name = ""
    /// How long it will take, in about the time of one row.
    package var cost = 1e6
    /// How many rows will come.
    package var rows: Int64 = 1_000_000
    /// Whether there can be one row at most.
    package var isUnique = false
    /// Whether the rows come in the order of their rowids.
    package var isByRowid = false

    /// Chooses to read everything, at a cost that nobody knows.
    package init() {}
}
