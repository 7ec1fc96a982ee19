internal import CofferSQLite

/// A statement that is kept; a class, because optionals and dictionaries of noncopyable values are
/// awkward or impossible.
internal final class Stepper {
    /// The statement.
    let it: Statement

    init(_ statement: consuming Statement) { it = statement }
}
