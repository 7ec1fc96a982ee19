/// The field that records are sorted by, and in which direction.
///
/// Nothing comes first, then false, true, numbers, text by its scalars, and the rest. Records that
/// are equal there stay in the order in which they were added.
public struct Sort: Sendable {
    internal let name: FieldName
    internal let isReversed: Bool

    /// The smallest first.
    public static func ascending<Content>(_ field: Field<Content>) -> Sort {
        Sort(name: field.name, isReversed: false)
    }

    /// The largest first.
    public static func descending<Content>(_ field: Field<Content>) -> Sort {
        Sort(name: field.name, isReversed: true)
    }

    /// The smallest first, by the name of a field.
    public static func ascending(_ field: String) -> Sort {
        Sort(name: .property(field), isReversed: false)
    }

    /// The largest first, by the name of a field.
    public static func descending(_ field: String) -> Sort {
        Sort(name: .property(field), isReversed: true)
    }
}
