internal import CofferBytes
internal import CofferFormat
internal import CofferSQLite
internal import CofferStore

/// One reading of a collection: steps an inner statement, opens each row's header, and a field
/// when SQL asks for it.
internal final class CollectionCursor: VirtualCursor {
    private let table: CollectionTable
    private let opener: RecordReader.Opener
    private var statements: [String: Stepper] = [:]
    private var current: Stepper?
    private let keys: FieldKeys
    /// A reading of everything; nil for one that looks for something.
    private var scan: RowScan?
    internal private(set) var isAtEnd = true

    internal init(_ table: CollectionTable, _ opener: RecordReader.Opener) {
        self.table = table
        self.opener = opener
        keys = table.reader.keys
    }

    internal var rowid: Int64 { scan.map(\.head.rid) ?? opener.it.rid }

    internal func close() {
        endScan()
        current = nil
        statements = [:]
        table.giveBack(opener)
    }

    internal func filter(_ choice: Int32, _ arguments: [SQLScalar]) throws {
        endScan()
        isAtEnd = true
        let path = SQLPath(number: choice)
        switch try table.question(path, arguments.first ?? .null) {
        case .none: return
        case .all:
            scan = RowScan(
                table.plan, table.reader, opener, wanting: table.likely,
                isProving: !table.isProved, isLearning: true)
        case .some(let question): try begin(question.suffix, question.values)
        }
        try next()
    }

    private func begin(_ suffix: String, _ values: [ClearValue]) throws {
        current?.it.reset()
        let stepper: Stepper
        if let known = statements[suffix] {
            stepper = known
            stepper.it.reset()
        } else {
            stepper = Stepper(
                try table.reader.connection.cached(table.plan.select + suffix))
            statements[suffix] = stepper
        }
        for (index, value) in values.enumerated() {
            try value.bind(to: stepper.it, at: index + 1)
        }
        current = stepper
    }

    private func endScan() {
        guard let scan else { return }
        scan.stop()
        table.likely = scan.wanted
        self.scan = nil
    }

    internal func next() throws {
        if let scan {
            isAtEnd = try !scan.next()
            // Nothing was left out, so the end has proved that nothing is missing.
            if isAtEnd, scan.isProved { table.isProved = true }
            return
        }
        guard let current, try current.it.step() else {
            isAtEnd = true
            current?.it.reset()
            return
        }
        isAtEnd = false
        do {
            try opener.it.begin(current.it, plan: table.plan) { number, scope in
                try keys.key(number, scope)
            }
        } catch RecordOpener.Failure.damaged(let what) { throw damaged(what) }
    }

    private func damaged(_ what: String) -> RecordsError {
        let rid = current?.it.int64(0) ?? 0
        let id = current.flatMap { Identifier($0.it.bytes(1)) }
        return table.reader.damaged(table.plan, rid, id, what)
    }
}

extension CollectionCursor {
    internal func column(_ index: Int, to result: ColumnResult) throws {
        guard !isAtEnd, table.contents.indices.contains(index) else { return }
        switch table.contents[index] {
        case .field(let position, _): try tell(position, result)
        case .id: result.set(text: (scan?.head.id ?? opener.it.id).description)
        case .key:
            if let position = table.layout.keyPosition { try tell(position, result) }
        case .version:
            result.set(Int64(clamping: (scan?.head ?? opener.it.row).revision))
        case .created: result.set((scan?.head ?? opener.it.row).created)
        case .modified: result.set((scan?.head ?? opener.it.row).modified)
        case .extra: try tellExtra(result)
        }
    }

    private func tell(_ position: Int, _ result: ColumnResult) throws {
        if let scan {
            guard let (content, bytes) = try unsafe scan.borrow(position) else { return }
            return Self.tell(content, unsafe Span<UInt8>(_unsafeBytes: bytes), result)
        }
        guard let current else { return }
        do {
            try opener.it.lend(position: position, current.it, plan: table.plan) {
                Self.tell($0, $1, result)
            }
        } catch RecordOpener.Failure.damaged(let what) { throw damaged(what) }
    }

    private static func tell(
        _ content: FieldContent, _ bytes: Span<UInt8>, _ result: ColumnResult
    ) {
        switch content {
        case .null: result.setNull()
        case .bool(let flag): result.set(Int64(flag ? 1 : 0))
        case .integer(let integer): result.set(integer)
        case .double(let double): result.set(double)
        case .text, .json: result.set(text: bytes)
        case .bytes: result.set(blob: bytes)
        case .number: tell(number: bytes, result)
        }
    }

    private static func tell(number bytes: Span<UInt8>, _ result: ColumnResult) {
        let literal = unsafe bytes.withUnsafeBufferPointer {
            unsafe String(decoding: $0, as: UTF8.self)
        }
        if let double = SQLNumber.double(literal) {
            result.set(double)
        } else {
            result.set(text: literal)
        }
    }

    private func tellExtra(_ result: ColumnResult) throws {
        let members: [Value.Member]
        if let scan {
            members = try scan.withOpened { try extra(&$0, $1) }
        } else if let current {
            do {
                members = try extra(&opener.it, current.it)
            } catch RecordOpener.Failure.damaged(let what) { throw damaged(what) }
        } else {
            return
        }
        guard !members.isEmpty else { return }
        result.set(text: String(decoding: JSON.write(.object(members)), as: UTF8.self))
    }

    private func extra(
        _ opener: inout RecordOpener, _ row: borrowing Statement
    ) throws -> [Value.Member] {
        var members: [Value.Member] = []
        for (index, position) in opener.present.enumerated() {
            guard table.layout.areExtra[position] else { continue }
            let value = try opener.field(index, row, plan: table.plan)
            if position == table.plan.overflowPosition, case .object(let rest) = value {
                members += rest
            } else {
                members.append(
                    Value.Member(table.plan.definition.fields[position].name, value))
            }
        }
        return members
    }
}
