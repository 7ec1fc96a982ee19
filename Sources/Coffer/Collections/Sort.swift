/// The field that records are sorted by, and in which direction.
///
/// Nothing comes first, then false, true, numbers, text by its scalars, and the rest. Records that
/// are equal there stay in the order in which they were added.
public struct Sort: Sendable, Equatable {
    internal let field: String
    internal let isReversed: Bool

    /// The smallest first.
    public static func ascending(_ field: String) -> Sort { Sort(field: field, isReversed: false) }

    /// The largest first.
    public static func descending(_ field: String) -> Sort { Sort(field: field, isReversed: true) }
}
