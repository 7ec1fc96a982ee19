internal import CofferBytes
internal import CofferFormat
internal import CofferSQLite
internal import CofferSchema

/// A way to the rows of a collection, and the number under which SQLite keeps it.
internal enum SQLPath: Hashable {
    /// All of them.
    case scan
    /// By the number of the row.
    case row
    /// By the id.
    case id
    /// By the own key, from which the id is derived.
    case key
    /// By the clear column of the field at a place in the definition.
    case field(Int)

    /// The number.
    internal var number: Int32 {
        switch self {
        case .scan: 0
        case .row: 1
        case .id: 2
        case .key: 3
        case .field(let position): Int32(clamping: position + 4)
        }
    }

    /// The way with a number.
    internal init(number: Int32) {
        switch number {
        case 1: self = .row
        case 2: self = .id
        case 3: self = .key
        case 4...: self = .field(Int(number) - 4)
        default: self = .scan
        }
    }
}

/// What a lookup asks the inner connection.
internal struct SQLQuestion {
    /// What follows the plan's SELECT.
    internal var suffix: String
    /// What is bound.
    internal var values: [ClearValue]
}

extension SQLQuestion {
    /// The rows in which `column` has one of the values; nil when there is no value.
    internal init?(_ column: String, _ values: [ClearValue], orLongNumber: Bool = false) {
        guard !values.isEmpty else { return nil }
        let marks = values.indices.map { "?\($0 + 1)" }
        let equal =
            values.count == 1
            ? "\(column) = ?1" : "\(column) IN (\(marks.joined(separator: ", ")))"
        // Numbers that no double holds stand there as text.
        let long = orLongNumber ? " OR (\(column) >= '' AND \(column) < x'')" : ""
        suffix = " WHERE \(equal)\(long) ORDER BY rid"
        self.values = values
    }
}
