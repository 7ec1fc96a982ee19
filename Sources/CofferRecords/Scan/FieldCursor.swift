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

    /// Lends what a field holds, by its place among those asked for; nothing when it is absent.
    ///
    /// - Throws: `RecordsError.damaged`.
    package func lend(
        _ index: Int, to receiver: (FieldContent, Span<UInt8>) -> Void
    ) throws {
        try rows.lend(positions[index], to: receiver)
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
