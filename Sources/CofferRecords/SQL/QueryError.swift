/// Why a statement of SQL was refused or ended.
package enum QueryError: Error, Equatable, Sendable {
    /// It cannot be compiled or evaluated; where, in bytes from its beginning, if that is known.
    case statement(String, offset: Int?)
    /// It tries more than to read collections.
    case refused(String)
    /// A parameter that it has got no value, or a value has no parameter.
    case parameter(String)
    /// It took longer than allowed.
    case tooLong
    /// It took more memory than allowed.
    case tooLarge
    /// It has more rows than allowed.
    case tooManyRows(Int)
}
