internal import CofferBytes
internal import CofferFormat
internal import CofferKeys
internal import CofferSQLite
internal import CofferSchema
internal import CofferStore

/// A collection as a table of SQL, on the snapshot of a reader.
internal final class CollectionTable: VirtualTable {
    internal let plan: CollectionPlan
    internal let reader: RecordReader
    internal let layout: SQLLayout
    /// What stands in each column.
    internal let contents: [SQLColumn.Content]
    /// Whether a reading of everything has proved that nothing is missing; the snapshot stays.
    internal var isProved = false
    /// The fields that a reading of everything will be asked for, as far as is known.
    internal var likely: [Int] = []
    /// The rows that a reading of everything gives; nil for all of them.
    private let window: RowWindow?
    /// Whether everything in the window was read, and not only looked something up.
    internal private(set) var hasReadWindow = false
    private let rows: UInt64
    private var idle: [RecordReader.Opener] = []

    internal init(
        _ plan: CollectionPlan, _ reader: RecordReader, window: RowWindow? = nil
    ) throws {
        self.plan = plan
        self.reader = reader
        self.window = window
        layout = reader.records.layout(plan)
        contents = layout.contents
        rows = try reader.count(plan)
    }

    internal var declaration: String { layout.declaration }

    internal func open() throws -> any VirtualCursor {
        CollectionCursor(self, try idle.popLast() ?? reader.makeOpener(plan))
    }

    /// Takes an opener back: making one costs more than reading a row.
    internal func giveBack(_ opener: RecordReader.Opener) { idle.append(opener) }
}

extension CollectionTable {
    internal func choose(_ request: IndexRequest) -> IndexChoice {
        var best = scan(request)
        for equality in request.equalities {
            guard var choice = lookup(equality) else { continue }
            choice.place = equality.place
            if choice.cost < best.cost { best = choice }
        }
        return best
    }

    private func scan(_ request: IndexRequest) -> IndexChoice {
        var choice = IndexChoice()
        choice.name = "scan"
        choice.rows = Int64(clamping: max(rows, 1))
        var used = 0
        for (index, content) in contents.enumerated() where request.uses(index) {
            used += 1
            if case .field(let position, _) = content, !likely.contains(position) {
                likely.append(position)
            }
        }
        choice.cost = Double(rows) * (4 + Double(used)) + 10
        choice.isByRowid = true
        return choice
    }

    /// How a comparison would be answered; nil where there is no index.
    private func lookup(_ equality: IndexRequest.Equality) -> IndexChoice? {
        var choice = IndexChoice()
        choice.isByRowid = true
        let path: SQLPath
        var matches = 1.0
        if equality.column < 0 {
            path = .row
            choice.name = "row"
            choice.isUnique = true
        } else {
            guard contents.indices.contains(equality.column) else { return nil }
            let column = layout.columns[equality.column]
            switch column.content {
            case .id:
                path = .id
                choice.name = "id"
                choice.isUnique = true
            case .key:
                guard plan.keyName != nil else { return nil }
                path = .key
                choice.name = "key"
            case .field(let position, let kind):
                let field = plan.definition.fields[position]
                guard kind != .json else { return nil }
                if field.number == plan.definition.keyField {
                    path = .key
                    choice.name = "key \(column.name)"
                } else if field.column != 0 {
                    path = .field(position)
                    matches = expected(field)
                    choice.name =
                        (field.isReference ? "reference " : field.isPlain ? "plain " : "index ")
                        + column.name
                } else {
                    return nil
                }
            default: return nil
            }
        }
        choice.number = path.number
        choice.rows = Int64(clamping: UInt64(matches.rounded(.up)))
        choice.cost = 12 + matches * 8
        return choice
    }

    /// How many rows are expected to share a value.
    private func expected(_ field: Definition.Field) -> Double {
        if field.isUnique { return 1 }
        let all = Double(max(rows, 1))
        if field.isReference, let target = reader.frame.catalog[field.target],
            let records = try? reader.count(reader.plan(named: target.name))
        {
            return max(1, all / Double(max(records, 1)))
        }
        // SQLite's own guess for an index that it knows nothing about.
        return min(10, max(1, all / 2))
    }
}

extension CollectionTable {
    /// What to ask the inner connection for a value; nil for all rows.
    internal func question(_ path: SQLPath, _ scalar: SQLScalar) throws -> SQLAnswer {
        switch path {
        case .scan:
            guard let window else { return .all }
            hasReadWindow = true
            return .some(window.question)
        case .row:
            if case .integer(let rid) = scalar { return .of("rid", [.integer(rid)]) }
            return scalar == .null ? .none : .all
        case .id:
            // A UUID in small letters is what the column shows; nothing else is equal to it.
            guard case .text(let text) = scalar, let id = Identifier(text: text) else {
                return .none
            }
            return .of("id", [.blob(id.bytes)])
        case .key:
            guard let candidates = SQLLookup.candidates(scalar, layout.keyKind) else { return .all }
            let ids = candidates.compactMap { reader.names.id(of: $0, in: plan.number) }
            return .of("id", ids.map { .blob($0.bytes) })
        case .field(let position): return try question(position, scalar)
        }
    }

    private func question(_ position: Int, _ scalar: SQLScalar) throws -> SQLAnswer {
        guard plan.definition.fields.indices.contains(position) else { return .all }
        let field = plan.definition.fields[position]
        let kind = plan.schema.field(field.name)?.kind ?? .any
        let letter: Definition.Column.Letter = field.isIndexed ? .index : .clear
        let column = Definition.Column(letter, field.column).name
        guard let candidates = SQLLookup.candidates(scalar, kind) else { return .all }
        if field.isIndexed {
            let codes = try candidates.flatMap {
                try reader.clearValues($0, of: field, in: plan)
            }
            return .of(column, codes)
        }
        if field.isReference {
            let ids = try candidates.compactMap { value throws -> ClearValue? in
                do {
                    return try reader.clearValue(value, of: field, in: plan)
                } catch RecordsError.invalid {
                    // What names no record is in no reference.
                    return nil
                }
            }
            return .of(column, ids)
        }
        let isNumber = kind != .text && kind != .boolean
        return .of(
            column, candidates.compactMap { ClearValue(plain: $0) },
            orLongNumber: isNumber)
    }
}

/// How a lookup is answered.
internal enum SQLAnswer {
    /// By looking at every row.
    case all
    /// By no row.
    case none
    /// By what the inner connection finds.
    case some(SQLQuestion)

    /// By the rows in which a column has one of the values.
    internal static func of(
        _ column: String, _ values: [ClearValue], orLongNumber: Bool = false
    ) -> SQLAnswer {
        SQLQuestion(column, values, orLongNumber: orLongNumber).map { .some($0) } ?? .none
    }
}
