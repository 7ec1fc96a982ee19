package import CofferBytes
package import CofferFormat

/// Some fields of every record of a collection, in the order of the rows.
package final class FieldCursor {
    private let rows: RowScan
    private let positions: [Int]

    fileprivate init(_ rows: RowScan, _ positions: [Int]) {
        self.rows = rows
        self.positions = positions
    }

    /// Goes to the next record; false at the end, which proves that none is missing.
    ///
    /// - Throws: `RecordsError.damaged`, `RecordsError.incomplete`.
    package func next() throws -> Bool { try rows.next() }

    /// Ends the reading, wherever it is.
    package func stop() { rows.stop() }

    /// The record's id.
    package var id: Identifier { rows.head.id }

    /// The record's version.
    package var revision: UInt64 { rows.head.revision }

    /// The double that a number's literal stands for in SQL; nil where none does.
    package static func double(_ literal: String) -> Double? { SQLNumber.double(literal) }

    /// What a field holds, by its place among those asked for; nil when it is absent.
    ///
    /// - Important: The bytes are there until the next row, or the next field.
    /// - Throws: `RecordsError.damaged`.
    @unsafe
    package func borrow(
        _ index: Int
    ) throws -> (content: FieldContent, bytes: UnsafeRawBufferPointer)? {
        try unsafe rows.borrow(positions[index])
    }
}

extension RecordReader {
    /// Reads some fields of every record, by two threads where that helps.
    ///
    /// - Throws: `RecordsError.noField` for a name that no field of its own has.
    package func fields(_ names: [String], of plan: CollectionPlan) throws -> FieldCursor {
        let positions = try names.map { name in
            guard let position = plan.position(of: name) else {
                throw RecordsError.noField(collection: plan.name, field: name)
            }
            return position
        }
        // A field that is asked for twice is opened once.
        let wanted = Array(Set(positions)).sorted()
        let rows = RowScan(
            plan, self, try makeOpener(plan), wanting: wanted, isProving: true, isLearning: false)
        return FieldCursor(rows, positions)
    }
}
