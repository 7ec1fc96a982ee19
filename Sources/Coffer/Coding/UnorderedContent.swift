internal import CofferFormat

/// A collection whose elements come in another order each time a program runs.
///
/// Encoded as they come, a record would look changed each time it is written, and its history
/// would fill with versions that differ in nothing.
internal protocol UnorderedContent {
    /// What was encoded, in an order that depends on the content alone.
    static func inOrder(_ value: Value) -> Value
}

extension Dictionary: UnorderedContent {
    /// The members by their names; of an array of keys and values in turn, the pairs by their keys.
    internal static func inOrder(_ value: CofferFormat.Value) -> CofferFormat.Value {
        switch value {
        case .object(let members):
            return .object(members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
        case .array(let elements) where elements.count.isMultiple(of: 2):
            let pairs = stride(from: 0, to: elements.count, by: 2).map { place in
                (key: JSON.write(elements[place]), place: place)
            }
            let order = pairs.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            return .array(order.flatMap { elements[$0.place...($0.place + 1)] })
        default: return value
        }
    }
}

extension Set: UnorderedContent {
    /// The elements by their JSON.
    internal static func inOrder(_ value: Value) -> Value {
        guard case .array(let elements) = value else { return value }
        let order = elements.map { (json: JSON.write($0), element: $0) }
            .sorted { $0.json.lexicographicallyPrecedes($1.json) }
        return .array(order.map(\.element))
    }
}
