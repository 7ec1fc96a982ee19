package import CofferFormat

/// A keyword that a schema might want, guessed from names and forms.
///
/// A guess is for a person to confirm: nothing is sealed, linked or erased because of one.
package struct SchemaSuggestion: Hashable, Sendable {
    /// The field that the keyword belongs on; nil for the collection.
    package let field: String?
    /// The keyword.
    package let keyword: String
    /// The value that it would have.
    package let value: Value
    /// What the guess rests on.
    package let reason: String
}
