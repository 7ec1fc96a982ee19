/// What must hold for the records that are asked for.
///
/// It is made from ``Field``s, or from SQL where they do not say enough, and put together by `&&`,
/// `||` and `!`. Values never become part of the text of a statement, whatever they hold.
///
/// It is evaluated as Swift evaluates a `Bool`: true or false, and `!` turns one into the other.
/// SQL's third answer, NULL, is false.
///
/// What cannot be asked, such as whether a field is equal to a struct, is refused with
/// ``VaultError/Code/usage`` where the predicate is used.
///
/// Foundation has a type of that name, too: a file that imports both writes `Coffer.Predicate`.
public struct Predicate: Sendable {
    internal let condition: Condition
    /// How deep conditions of different kinds stand in one another.
    private let depth: Int

    /// Beyond this it is refused: walking a condition goes as deep as it does, and SQLite ends at
    /// 200 levels (`Connection.Limits.expressionDepth`) after several for each of these.
    private static let depthLimit = 64

    internal init(_ condition: Condition) { self.init(condition, depth: 1) }

    private init(_ condition: Condition, depth: Int) {
        let isTooDeep = depth > Self.depthLimit
        self.condition =
            isTooDeep ? .refused("the predicate nests more than 64 levels deep") : condition
        self.depth = isTooDeep ? 1 : depth
    }

    /// Says what must hold in SQLite's dialect, over the columns that ``Vault`` shows to SQL.
    ///
    /// - Parameters:
    ///   - expression: An expression such as `level > :least AND name LIKE 'G%'`. Do not put values
    ///     into it that come from elsewhere: give them as parameters.
    ///   - parameters: The values of `:name` by their names. Names that begin with `coffer_` are
    ///     Coffer's; in one predicate, one name has one value.
    public static func sql(
        _ expression: String, _ parameters: [String: SQLValue] = [:]
    ) -> Predicate {
        Predicate(.sql(expression, parameters))
    }

    /// Whether all of several hold; true of none.
    public static func all(of predicates: some Sequence<Predicate>) -> Predicate {
        join(Array(predicates), { .all($0) }) { condition in
            if case .all(let parts) = condition { parts } else { nil }
        }
    }

    /// Whether one of several holds; false of none.
    public static func any(of predicates: some Sequence<Predicate>) -> Predicate {
        join(Array(predicates), { .any($0) }) { condition in
            if case .any(let parts) = condition { parts } else { nil }
        }
    }

    /// Puts conditions together; those of the same kind become one, however many they are.
    private static func join(
        _ predicates: [Predicate], _ joined: ([Condition]) -> Condition,
        _ parts: (Condition) -> [Condition]?
    ) -> Predicate {
        var conditions: [Condition] = []
        var depth = 0
        for predicate in predicates {
            if let parts = parts(predicate.condition) {
                conditions += parts
                depth = max(depth, predicate.depth - 1)
            } else {
                conditions.append(predicate.condition)
                depth = max(depth, predicate.depth)
            }
        }
        return Predicate(joined(conditions), depth: depth + 1)
    }

    /// Whether both hold.
    public static func && (left: Predicate, right: Predicate) -> Predicate {
        all(of: [left, right])
    }

    /// Whether one or both hold.
    public static func || (left: Predicate, right: Predicate) -> Predicate {
        any(of: [left, right])
    }

    /// Whether it does not hold.
    public static prefix func ! (predicate: Predicate) -> Predicate {
        if case .not(let condition) = predicate.condition {
            return Predicate(condition, depth: max(1, predicate.depth - 1))
        }
        return Predicate(.not(predicate.condition), depth: predicate.depth + 1)
    }
}
