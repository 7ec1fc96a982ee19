internal import Coffer

/// The rows of a result in columns that fit a terminal.
///
/// The first rows settle the widths; from then on each line is printed as it comes.
internal struct RowTable {
    private let console: Console
    private let total: Int
    private var names: [String] = []
    private var widths: [Int] = []
    private var areNumbers: [Bool] = []
    private var waiting: [[String]] = []
    private var isOpen = false
    /// The number of rows so far.
    internal private(set) var count = 0

    private static let sample = 200
    private static let widest = 40
    private static let narrowest = 8
    private static let gap = 2

    /// A table for a terminal of `width` columns.
    internal init(_ console: Console, width: Int) {
        self.console = console
        total = max(20, width)
    }

    /// Takes the names of the columns.
    internal mutating func begin(_ columns: [String]) {
        names = columns.map { Visible.line($0) }
        areNumbers = columns.map { _ in true }
    }

    /// Adds a row.
    internal mutating func add(_ row: borrowing SQLRow) throws(Failure) {
        count += 1
        var cells: [String] = []
        for index in names.indices {
            let value = row[index]
            if !isOpen {
                switch value {
                case .integer, .real, .null: break
                default: areNumbers[index] = false
                }
            }
            // A cell shows the start of a text; --json has the rest.
            cells.append(Visible.line(value.text.prefix(200)))
        }
        if isOpen { return try printLine(cells) }
        waiting.append(cells)
        if waiting.count == Self.sample { try open() }
    }

    /// Prints what waits.
    internal mutating func finish() throws(Failure) {
        if !isOpen, !names.isEmpty { try open() }
    }

    private mutating func open() throws(Failure) {
        isOpen = true
        widths = names.indices.map { index in
            waiting.map { TextWidth.of($0[index]) }.reduce(TextWidth.of(names[index]), max)
        }
        fit()
        try printLine(names.map { $0.uppercased() })
        for cells in waiting { try printLine(cells) }
        waiting = []
    }

    /// Takes from the widest until all fit, as far as that goes.
    private mutating func fit() {
        let room = total - Self.gap * (widths.count - 1)
        if widths.reduce(0, +) <= room { return }
        for index in widths.indices { widths[index] = min(widths[index], Self.widest) }
        while widths.reduce(0, +) > room, let widest = widths.max(), widest > Self.narrowest,
            let index = widths.firstIndex(of: widest)
        {
            widths[index] -= 1
        }
    }

    private func printLine(_ cells: [String]) throws(Failure) {
        var line = ""
        for (index, cell) in cells.enumerated() {
            if index > 0 { line += "  " }
            line += TextWidth.fit(cell, widths[index], toTheRight: areNumbers[index])
        }
        while line.hasSuffix(" ") { line.removeLast() }
        try console.line(line)
    }
}
