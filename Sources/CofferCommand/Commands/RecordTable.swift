internal import Coffer

/// Records in columns that fit a terminal.
///
/// The first records settle the widths; from then on each line is printed as it comes.
internal struct RecordTable {
    private struct Column {
        let name: String
        var width: Int
        var isNumber: Bool
        var isEmpty: Bool
    }

    private let console: Console
    private let isAsked: Bool
    private let total: Int
    private let key: String?
    private var names: [String]
    private var columns: [Column] = []
    private var waiting: [Document] = []
    private var isOpen = false
    /// The number of records so far.
    internal private(set) var count = 0

    private static let sample = 200
    private static let widest = 40
    private static let narrowest = 8
    private static let gap = 2

    /// A table with a column for the records' names and one for each field.
    ///
    /// - Parameters:
    ///   - names: The fields; where there are none and none were asked for, the properties of the
    ///     first records.
    ///   - isAsked: Whether the fields were asked for; others go where there is no room.
    ///   - key: The property with the records' own keys, which has the first column.
    internal init(
        _ console: Console, names: [String], isAsked: Bool, key: String?, width: Int
    ) {
        self.console = console
        self.names = names
        self.isAsked = isAsked
        self.key = key
        total = max(20, width)
    }

    /// Adds a record.
    internal mutating func add(_ document: Document) throws(Failure) {
        count += 1
        if isOpen { return try printLine(cells(document)) }
        waiting.append(document)
        if waiting.count == Self.sample { try begin() }
    }

    /// Prints what waits.
    internal mutating func finish() throws(Failure) {
        if !isOpen, !waiting.isEmpty { try begin() }
    }

    private func cells(_ document: Document) -> [String] {
        [Visible.line(document.key ?? document.id)]
            + names.map { field in
                // A cell shows the start of a text; the rest is for `get`.
                Visible.line((document.fieldText(field) ?? "").prefix(200))
            }
    }

    /// The name of the column with the records' names, which no field has.
    private var head: String {
        if key != nil { return "key" }
        return names.contains { $0.lowercased() == "id" } ? "uuid" : "id"
    }

    private mutating func begin() throws(Failure) {
        isOpen = true
        if names.isEmpty, !isAsked {
            var met = Set(key.map { [$0] } ?? [])
            names = waiting.flatMap(\.fields).filter { met.insert($0).inserted }
        }
        let rows = waiting.map(cells)
        columns = ([head] + names).enumerated().map { index, name in
            let cells = rows.map { $0[index] }
            let filled = cells.filter { !$0.isEmpty }
            let widest = filled.map { TextWidth.of($0) }.max() ?? 0
            return Column(
                name: name, width: max(widest, TextWidth.of(name)),
                isNumber: index > 0 && !filled.isEmpty && filled.allSatisfy { Double($0) != nil },
                isEmpty: filled.isEmpty)
        }
        fit()
        try printLine(columns.map { Visible.line($0.name).uppercased() })
        for cells in rows { try printLine(cells) }
        waiting = []
    }

    /// Gives each column its width: 0 for none.
    private mutating func fit() {
        var left = total - columns[0].width
        var dropped = 0
        for index in columns.indices.dropFirst() {
            let wanted = min(columns[index].width, Self.widest)
            let fits = left - Self.gap >= min(wanted, Self.narrowest)
            if !isAsked, columns[index].isEmpty || !fits {
                dropped += columns[index].isEmpty ? 0 : 1
                columns[index].width = 0
                continue
            }
            columns[index].width = max(1, min(wanted, max(Self.narrowest, left - Self.gap)))
            left -= columns[index].width + Self.gap
        }
        if dropped > 0 {
            console.detail("\(dropped) more fields do not fit; see --fields, --json or get")
        }
    }

    private func printLine(_ cells: [String]) throws(Failure) {
        var line = ""
        for (index, column) in columns.enumerated() where column.width > 0 {
            if index > 0 { line += "  " }
            // Names are whole: they are what the next command is given.
            line +=
                index == 0 && TextWidth.of(cells[0]) > column.width
                ? cells[0] : TextWidth.fit(cells[index], column.width, toTheRight: column.isNumber)
        }
        while line.hasSuffix(" ") { line.removeLast() }
        try console.line(line)
    }
}
