internal import CofferBytes
internal import CofferFormat

/// Some rows of a collection with the fields that were wanted, opened; their memory is used again.
///
/// - Important: It holds plaintext until it is filled again or let go of; that is not erased.
internal struct OpenedRows: ~Copyable {
    /// What is known of a row beside its fields.
    struct Row: BitwiseCopyable {
        var rid: Int64
        var sequence: UInt64
        var created: Int64
        var modified: Int64
        var device: Identifier
        var revision: UInt64
        var id: Identifier
        /// The number of the key of the record's person; 0 without one.
        var subject: UInt32
    }

    /// What is in a field.
    enum Kind: UInt8, BitwiseCopyable {
        case absent
        /// It was not opened; whoever wants it reads the row again.
        case closed
        case null
        case no
        case yes
        case integer
        case double
        case number
        case text
        case bytes
        case json
    }

    /// A field: a word, or where its bytes lie.
    struct Cell: BitwiseCopyable {
        var word: Int64 = 0
        var count: Int32 = 0
        var kind = Kind.absent

        /// Whether its content is bytes, which lie elsewhere.
        var hasBytes: Bool { kind.rawValue >= Kind.number.rawValue }

        init(_ kind: Kind) { self.kind = kind }

        init(_ content: FieldContent) {
            switch content {
            case .null: kind = .null
            case .bool(let flag): kind = flag ? .yes : .no
            case .integer(let integer):
                kind = .integer
                word = integer
            case .double(let double):
                kind = .double
                word = Int64(bitPattern: double.bitPattern)
            case .number: kind = .number
            case .text: kind = .text
            case .bytes: kind = .bytes
            case .json: kind = .json
            }
        }
    }

    /// The most bytes of opened fields; what does not fit stays closed.
    static let byteLimit = 1 << 20

    /// Which part of the scan it is.
    var part = 0
    /// The fields that were wanted, by their places in the definition.
    private(set) var wanted: [Int] = []
    /// For each field of the definition, its place among `wanted`; -1 for others.
    private(set) var slots: [Int] = []
    /// The number of rows.
    private(set) var count = 0
    /// How many rows had other fields than the row before them.
    var others = 0
    /// What ended it early, after the rows that it has.
    var failure: (any Error)?
    private var rows = RawBuffer(capacity: 512 * MemoryLayout<Row>.stride)
    private var cells = RawBuffer(capacity: 4_096 * MemoryLayout<Cell>.stride)
    private var bytes = RawBuffer(capacity: 64 << 10)

    /// Empties it for another part.
    mutating func begin(part: Int, wanting wanted: [Int], of fields: Int) {
        self.part = part
        if self.wanted != wanted || slots.count != fields {
            self.wanted = wanted
            slots = [Int](repeating: -1, count: fields)
            for (slot, position) in wanted.enumerated() { slots[position] = slot }
        }
        count = 0
        others = 0
        failure = nil
        rows.truncate(to: 0)
        cells.truncate(to: 0)
        bytes.truncate(to: 0)
    }

    /// Appends a row; its cells follow, one for each wanted field.
    mutating func append(_ row: Row) {
        rows.append(raw: row)
        count += 1
    }

    /// How many bytes of opened fields there is room for.
    var room: Int { Self.byteLimit - bytes.count }

    /// A place after the opened fields, of so many bytes, until the next change.
    @unsafe
    mutating func makeRoom(_ count: Int) -> UnsafeMutableRawBufferPointer {
        unsafe bytes.makeRoom(count)
    }

    /// Appends what the next wanted field of the row holds; its body lies in the place that
    /// ``makeRoom(_:)`` gave.
    mutating func take(_ content: FieldContent, _ body: Range<Int>) {
        var cell = Cell(content)
        if cell.hasBytes {
            cell.word = Int64(bytes.count + body.lowerBound)
            cell.count = Int32(body.count)
            bytes.extend(by: body.upperBound)
        }
        cells.append(raw: cell)
    }

    /// Appends what the next wanted field of the row holds.
    mutating func append(_ content: FieldContent, _ body: UnsafeRawBufferPointer) {
        var cell = Cell(content)
        if cell.hasBytes {
            if body.count > room {
                cell.kind = .closed
            } else {
                cell.word = Int64(bytes.count)
                cell.count = Int32(body.count)
                unsafe bytes.append(body)
            }
        }
        cells.append(raw: cell)
    }

    /// Appends a field that has no content here.
    mutating func append(_ kind: Kind) { cells.append(raw: Cell(kind)) }

    /// Whether another field would surely not fit.
    var isFull: Bool { bytes.count >= Self.byteLimit }

    /// What is known of a row.
    func row(_ index: Int) -> Row { rows.load(index) }

    private func cell(_ index: Int, _ slot: Int) -> Cell { cells.load(index * wanted.count + slot) }

    /// What is known of a field.
    @unsafe
    enum Finding {
        /// The record has none.
        case absent
        /// It was not opened ahead.
        case closed
        /// It holds this; its bytes are there until the batch is filled again.
        case opened(FieldContent, UnsafeRawBufferPointer)
    }

    /// What a row holds in a field, by the field's place in the definition.
    @unsafe
    func find(_ index: Int, _ position: Int) -> Finding {
        let slot = slots[position]
        guard slot >= 0 else { return unsafe .closed }
        let cell = cell(index, slot)
        let content: FieldContent
        switch cell.kind {
        case .absent: return unsafe .absent
        case .closed: return unsafe .closed
        case .null: content = .null
        case .no: content = .bool(false)
        case .yes: content = .bool(true)
        case .integer: content = .integer(cell.word)
        case .double: content = .double(Double(bitPattern: UInt64(bitPattern: cell.word)))
        case .number: content = .number
        case .text: content = .text
        case .bytes: content = .bytes
        case .json: content = .json
        }
        let start = cell.hasBytes ? Int(cell.word) : 0
        return unsafe .opened(
            content, UnsafeRawBufferPointer(rebasing: bytes.bytes[start..<start + Int(cell.count)]))
    }
}
