/// Rows in aligned columns.
internal struct Table {
    /// A column's heading and side.
    internal struct Column {
        /// The heading.
        internal let title: String
        /// Whether its cells end at the right: numbers.
        internal let isNumber: Bool

        /// A column.
        internal init(_ title: String, isNumber: Bool = false) {
            self.title = title
            self.isNumber = isNumber
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    private static let gap = "  "

    /// An empty table.
    internal init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; its cells are made visible here.
    internal mutating func add(_ cells: [String]) { rows.append(cells.map { Visible.line($0) }) }

    /// The table's lines; the last column may go on as far as it likes.
    internal func lines() -> [String] {
        var widths = columns.map { TextWidth.of($0.title) }
        for row in rows {
            for (index, cell) in row.enumerated() where index < widths.count {
                widths[index] = max(widths[index], TextWidth.of(cell))
            }
        }
        return ([columns.map(\.title)] + rows).map { line($0, widths) }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() where index < widths.count {
            if index > 0 { line += Self.gap }
            let isNumber = columns[index].isNumber
            let isLast = index == cells.count - 1 && !isNumber
            line += isLast ? cell : TextWidth.fit(cell, widths[index], toTheRight: isNumber)
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}
