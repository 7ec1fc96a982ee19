internal import CofferFormat
internal import CofferSQLite

extension RecordOpener {
    /// The place in ``present`` of the field at `position` in the definition; nil when absent.
    func index(of position: Int) -> Int? {
        // Mostly nothing before it is absent.
        if position < present.count, present[position] == position { return position }
        return present.firstIndex(of: position)
    }

    /// Opens the field at `position` in the definition and lends what it holds; nothing when it is
    /// absent.
    mutating func lend(
        position: Int, _ row: borrowing Statement, plan: CollectionPlan,
        to receiver: (FieldContent, Span<UInt8>) -> Void
    ) throws {
        guard let index = index(of: position) else { return }
        try lend(index, row, plan: plan, to: receiver)
    }
}
