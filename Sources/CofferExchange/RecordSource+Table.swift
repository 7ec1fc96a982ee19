internal import CofferFormat

extension RecordSource {
    /// Reads a table: the first row names the fields, each other row is a record.
    ///
    /// Empty lines are passed over, but for a table of one column, where each is a record
    /// without that field. Those before the header are passed over always: one that is empty is
    /// written as `""`.
    internal func readTable(
        _ input: ByteInput, _ emitter: RecordEmitter
    ) throws(ExchangeError) -> Bool {
        let separator = options.separator ?? separator(of: input.start)
        var rows = CSVReader(input, separator: separator, limit: options.recordLimit)
        repeat {
            guard try rows.next() else { return true }
        } while Self.isBlank(rows)
        let columns = try columns(rows)
        while try rows.next() {
            if columns.count != 1, Self.isBlank(rows) { continue }
            guard emit(rows, columns, emitter) else { return false }
        }
        return true
    }

    private static func isBlank(_ rows: borrowing CSVReader) -> Bool {
        rows.cells.count == 1 && !rows.cells[0].isQuoted && rows.bytes.isEmpty
    }

    private struct Column {
        let name: String
        let types: CSVCell.Types
    }

    private func columns(_ rows: borrowing CSVReader) throws(ExchangeError) -> [Column] {
        if let fault = rows.fault { throw .malformed(line: rows.line, reason: fault) }
        var met: Set<ExactText> = []
        var columns: [Column] = []
        for cell in rows.cells {
            guard let text = Self.text(cell, rows) else {
                throw .malformed(line: rows.line, reason: JSONError.Reason.encoding.rawValue)
            }
            // A header has no null: what looks like it is a name.
            let name: String
            switch CSVCell.value(of: text, isQuoted: true, types: .text) {
            case .text(let unescaped): name = unescaped
            default: name = text
            }
            guard met.insert(ExactText(name)).inserted else { throw .duplicateColumn(name) }
            columns.append(Column(name: name, types: options.types(name)))
        }
        return columns
    }

    private func emit(
        _ rows: borrowing CSVReader, _ columns: [Column], _ emitter: RecordEmitter
    ) -> Bool {
        if let fault = rows.fault {
            return emitter.reject(fault, line: rows.line, bytesConsumed: rows.end)
        }
        guard rows.cells.count == columns.count else {
            let reason =
                "the row has \(rows.cells.count) cells and the header \(columns.count)"
            return emitter.reject(reason, line: rows.line, bytesConsumed: rows.end)
        }
        var members: [Value.Member] = []
        members.reserveCapacity(columns.count)
        for (cell, column) in zip(rows.cells, columns) {
            guard let text = Self.text(cell, rows) else {
                return emitter.reject(
                    JSONError.Reason.encoding.rawValue, line: rows.line, bytesConsumed: rows.end)
            }
            let value = CSVCell.value(of: text, isQuoted: cell.isQuoted, types: column.types)
            if let value { members.append(Value.Member(column.name, value)) }
        }
        return emitter.emit(.object(members), line: rows.line, bytesConsumed: rows.end)
    }

    private static func text(_ cell: CSVReader.Cell, _ rows: borrowing CSVReader) -> String? {
        String(validating: rows.bytes[cell.range], as: UTF8.self)
    }

    /// The comma where the header has one outside quotation marks, else a semicolon or tab.
    private func separator(of start: ArraySlice<UInt8>) -> UInt8 {
        var isQuoted = false
        var found: Set<UInt8> = []
        for byte in start {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == 0x0A { break }
            found.insert(byte)
        }
        let comma = UInt8(ascii: ",")
        if name.lowercased().hasSuffix(".tsv") { return 0x09 }
        return [comma, UInt8(ascii: ";"), 0x09].first { found.contains($0) } ?? comma
    }
}
