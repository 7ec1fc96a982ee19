internal import CofferFormat

/// A value as it is sorted: nothing, then no and yes, numbers, text by its scalars, the rest.
internal enum SortKey: Comparable {
    case nothing
    case flag(Bool)
    case number(Double)
    case text(String)
    case other(String)

    /// The place of a value in the order.
    internal init(_ value: Value?) {
        switch value {
        case nil, .null: self = .nothing
        case .bool(let flag): self = .flag(flag)
        case .integer(let integer): self = .number(Double(integer))
        case .double(let double): self = .number(double)
        case .number(let literal): self = .number(Double(literal) ?? 0)
        case .text(let text): self = .text(text)
        case .some(let value): self = .other(String(decoding: JSON.write(value), as: UTF8.self))
        }
    }

    /// The order.
    internal static func < (left: SortKey, right: SortKey) -> Bool {
        switch (left, right) {
        case (.flag(let left), .flag(let right)): !left && right
        case (.number(let left), .number(let right)): left < right
        case (.text(let left), .text(let right)): left < right
        case (.other(let left), .other(let right)): left < right
        default: left.kind < right.kind
        }
    }

    private var kind: Int {
        switch self {
        case .nothing: 0
        case .flag: 1
        case .number: 2
        case .text: 3
        case .other: 4
        }
    }
}
