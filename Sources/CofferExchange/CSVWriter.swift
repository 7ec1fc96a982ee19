package import CofferFormat

/// Writes records as a CSV table (RFC 4180: commas, `\r\n`); ``CSVCell`` says how.
///
/// Cells are quoted where they hold a comma, semicolon, tab, line end or quotation mark, or
/// begin or end with a space. A byte-order mark stands before a header that would be taken for
/// another kind of file. The order of a record's fields becomes that of the columns.
package struct CSVWriter: RecordWriter {
    private let columns: [(name: String, types: CSVCell.Types)]
    private let known: Set<ExactText>
    private var sink: RecordSink

    /// Writes to `sink`, in pieces of some 64 KiB, beginning with the header.
    ///
    /// - Parameters:
    ///   - columns: The names of all fields that records may have, each once.
    ///   - types: What each column holds; whoever reads the table must say the same.
    package init(
        columns: [String], types: (String) -> CSVCell.Types = { _ in .text },
        to sink: @escaping ([UInt8]) throws(ExchangeError) -> Void
    ) {
        self.columns = columns.map { ($0, types($0)) }
        known = Set(columns.map(ExactText.init))
        self.sink = RecordSink(sink)
        for (index, name) in columns.enumerated() {
            if index > 0 { self.sink.append(",") }
            append(CSVCell.text(of: .text(name), types: .text))
        }
        // No column, or a nameless one: a header that is an empty line would be passed over.
        if self.sink.bytes.isEmpty { self.sink.append("\"\"") }
        self.sink.append("\r\n")
        if FormatFinding.needsMark(self.sink.bytes) {
            self.sink.bytes.insert(contentsOf: FormatFinding.mark, at: 0)
        }
    }

    /// Writes one record.
    ///
    /// - Throws: ``ExchangeError/notAnObject``, ``ExchangeError/unknownColumn(_:)`` and what
    ///   the sink throws; the record is then not written.
    package mutating func write(_ record: Value) throws(ExchangeError) {
        guard case .object(let members) = record else { throw .notAnObject }
        var values: [ExactText: Value] = [:]
        for member in members {
            let name = ExactText(member.name)
            guard known.contains(name) else { throw .unknownColumn(member.name) }
            values[name] = member.value
        }
        for (index, column) in columns.enumerated() {
            if index > 0 { sink.append(",") }
            guard let value = values[ExactText(column.name)] else { continue }
            if value == .text("") {
                sink.append("\"\"")
            } else {
                append(CSVCell.text(of: value, types: column.types))
            }
        }
        sink.append("\r\n")
        try sink.flushIfLarge()
    }

    /// Hands over the last records.
    ///
    /// - Throws: What the sink throws.
    package mutating func finish() throws(ExchangeError) { try sink.flush() }

    private mutating func append(_ cell: String) {
        let isSpecial: (UInt8) -> Bool = { byte in
            switch byte {
            case 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\""): true
            default: false
            }
        }
        let space = UInt8(ascii: " ")
        guard
            cell.utf8.contains(where: isSpecial) || cell.utf8.first == space
                || cell.utf8.last == space
        else { return sink.append(cell) }
        sink.append("\"")
        for byte in cell.utf8 {
            if byte == UInt8(ascii: "\"") { sink.bytes.append(byte) }
            sink.bytes.append(byte)
        }
        sink.append("\"")
    }
}
