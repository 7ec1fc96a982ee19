/// Which columns of a collection a statement gives, and where.
///
/// The header of a record is bound to the tags of all of its fields, but those stand in the seal:
/// the cells of fields that nobody asks for need not be read.
internal final class RowShape: Sendable {
    /// For each field of the definition, the place of its column; -1 where it is left out.
    let columns: [Int]
    /// The fields that are not left out, by their places in the definition.
    let positions: [Int]
    /// The clear columns in ascending order of their numbers, with their places.
    let clear: [(number: UInt16, place: Int)]
    /// Whether nothing is left out.
    let isFull: Bool

    /// A full row.
    init(columns: [Int], clear: [(number: UInt16, place: Int)]) {
        self.columns = columns
        positions = Array(columns.indices)
        self.clear = clear
        isFull = true
    }

    /// A row of a plan with some fields only, behind the fixed and the clear columns.
    init(_ plan: CollectionPlan, only positions: [Int]) {
        var place = CollectionPlan.fixedColumns
        var clear: [(number: UInt16, place: Int)] = []
        for column in plan.clearOrder {
            clear.append((column.number, place))
            place += 1
        }
        var columns = [Int](repeating: -1, count: plan.fieldNumbers.count)
        for position in positions {
            columns[position] = place
            place += 1
        }
        self.columns = columns
        self.positions = positions
        self.clear = clear
        isFull = false
    }
}
