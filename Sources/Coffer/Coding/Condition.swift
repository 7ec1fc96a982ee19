/// What a ``Predicate`` says.
internal indirect enum Condition: Sendable {
    /// Always the same.
    case constant(Bool)
    /// Something about one field.
    case test(FieldName, FieldTest)
    /// An expression of SQL with its parameters.
    case sql(String, [String: SQLValue])
    /// That all of several hold.
    case all([Condition])
    /// That one of several holds.
    case any([Condition])
    /// That something does not hold.
    case not(Condition)
    /// Nothing that can be asked, and why.
    case refused(String)
}

/// What is asked of a field; false of a field that holds nothing, but for ``isNull``.
internal enum FieldTest: Sendable {
    /// How two values stand to each other, as SQL writes it.
    internal enum Order: String {
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    /// Whether it holds nothing.
    case isNull
    /// Whether it is equal to something.
    case equals(Operand)
    /// Whether it stands in an order to something.
    case orders(Order, Operand)
    /// Whether it is equal to one of several.
    case within([Operand])
    /// Whether its text begins with bytes.
    case hasPrefix([UInt8])
    /// Whether its text has bytes in it.
    case contains([UInt8])
    /// Whether its array has an element.
    case hasElement(Operand)
}
