internal import CofferFormat

/// Numbers that are kept as they were written, as SQL sees them.
internal enum SQLNumber {
    /// The double that a literal spells exactly as far as decimal digits go: 1.50 is 1.5; nil where a
    /// double says less than the literal.
    internal static func double(_ literal: String) -> Double? {
        guard let double = Double(literal), double.isFinite,
            CanonicalValue.bytes(.number(literal)) == CanonicalValue.bytes(.double(double))
        else { return nil }
        return double
    }
}
