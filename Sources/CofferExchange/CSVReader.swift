/// Cuts a CSV text (RFC 4180) into rows, holding one at a time.
///
/// Rows end with `\n` or `\r\n`. Beyond the RFC: a quotation mark inside a cell that does not
/// begin with one is an ordinary character, and a row may stand on an empty line.
internal struct CSVReader: ~Copyable {
    /// A cell as it was written.
    internal struct Cell {
        /// Where its bytes lie in ``CSVReader/bytes``.
        internal let range: Range<Int>
        /// Whether it stood in quotation marks.
        internal let isQuoted: Bool
    }

    private enum State {
        case cellStart, plain, quoted, quoteInQuoted, returnAfterQuoted, afterFault
    }

    private let input: ByteInput
    private let separator: UInt8
    private let limit: Int
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var position = 0
    private var filled = 0
    private var nextLine = 1

    /// The bytes of all cells of the row, without the quotation marks around them.
    internal private(set) var bytes: [UInt8] = []
    /// The cells of the row.
    internal private(set) var cells: [Cell] = []
    /// The line, from 1, on which the row begins.
    internal private(set) var line = 0
    /// What is wrong with the row; nil when nothing is.
    internal private(set) var fault: String?
    /// Where the next row begins, in bytes from the start of the text.
    internal private(set) var end: Int

    internal init(_ input: ByteInput, separator: UInt8, limit: Int) {
        self.input = input
        self.separator = separator
        self.limit = limit
        end = input.offset
    }

    /// Goes on to the next row; false when there is none.
    internal mutating func next() throws(ExchangeError) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        cells.removeAll(keepingCapacity: true)
        fault = nil
        line = nextLine
        var state = State.cellStart
        var cellStart = 0
        var hasBytes = false
        while true {
            guard let byte = try take(state) else { break }
            hasBytes = true
            if byte == 0x0A { nextLine += 1 }
            guard bytes.count < limit else { throw .tooLong(line: line) }
            switch state {
            case .quoted:
                if byte == UInt8(ascii: "\"") {
                    state = .quoteInQuoted
                } else {
                    bytes.append(byte)
                }
            case .cellStart where byte == UInt8(ascii: "\""): state = .quoted
            case .quoteInQuoted where byte == UInt8(ascii: "\""):
                bytes.append(byte)
                state = .quoted
            case _ where byte == separator && state != .returnAfterQuoted:
                endCell(&cellStart, &state)
            case _ where byte == 0x0A:
                endRow(&cellStart, &state)
                return true
            case .quoteInQuoted where byte == 0x0D: state = .returnAfterQuoted
            case .quoteInQuoted, .returnAfterQuoted:
                fault = fault ?? "something stands after a closing quotation mark"
                state = .afterFault
            default:
                bytes.append(byte)
                if state == .cellStart { state = .plain }
            }
        }
        guard hasBytes else { return false }
        if state == .quoted { fault = "a quotation mark is not closed" }
        endRow(&cellStart, &state)
        return true
    }

    private mutating func endCell(_ start: inout Int, _ state: inout State) {
        let isQuoted = state == .quoteInQuoted || state == .returnAfterQuoted
        cells.append(Cell(range: start..<bytes.count, isQuoted: isQuoted))
        start = bytes.count
        state = .cellStart
    }

    /// A carriage return before the end of the row belongs to that end.
    private mutating func endRow(_ start: inout Int, _ state: inout State) {
        if state == .plain, bytes.last == 0x0D { bytes.removeLast() }
        endCell(&start, &state)
    }

    /// The next byte that matters in `state`; ordinary ones before it go to the cell at once.
    private mutating func take(_ state: State) throws(ExchangeError) -> UInt8? {
        if position == filled { try fill() }
        if state == .plain || state == .quoted {
            let first = position
            position = ordinaryEnd(isQuoted: state == .quoted)
            bytes.append(contentsOf: buffer[first..<position])
            end += position - first
            if position == filled { try fill() }
        }
        guard filled > 0 else { return nil }
        let byte = buffer[position]
        position += 1
        end += 1
        return byte
    }

    /// Where the run of bytes that stand for themselves ends.
    private func ordinaryEnd(isQuoted: Bool) -> Int {
        let separator = isQuoted ? UInt8(ascii: "\"") : separator
        var index = position
        while index < filled, buffer[index] != separator, buffer[index] != 0x0A { index += 1 }
        return index
    }

    private mutating func fill() throws(ExchangeError) {
        position = 0
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe input.read(into: $0) }
        guard let count else { throw input.failure ?? .unreadable(errno: 0) }
        filled = count
    }
}
