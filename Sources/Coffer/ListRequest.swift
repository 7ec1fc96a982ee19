/// Which records of a collection are wanted, in which order, and how much of them.
public struct ListRequest: Sendable {
    /// An SQL expression over the fields; nil for all records.
    ///
    /// `level > 3 AND name LIKE 'G%'`. See `Docs/Interface.md`, "Conditions".
    public var condition: String?
    /// The field to sort by; nil for the order of the rows.
    public var sort: String?
    /// Whether the order is turned round.
    public var isReversed = false
    /// The fields that are wanted; all when empty.
    public var fields: [String] = []
    /// The most records that are wanted.
    public var limit: Int?

    /// Asks for everything.
    public init() {}
}
