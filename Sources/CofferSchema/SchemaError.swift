/// Why a schema cannot be used.
package struct SchemaError: Error, Hashable, Sendable {
    /// What kind of fault it is.
    package enum Code: Hashable, Sendable {
        /// A keyword of JSON Schema has a value of the wrong form.
        case malformed
        /// A `$ref` leads nowhere; nothing is ever fetched.
        case unresolved
        /// A `$ref` leads back to itself without going deeper into the value.
        case endless
        /// A pattern is not a regular expression of ECMAScript, or beyond what is supported.
        case pattern
        /// The schema is too deep or too large.
        case tooLarge
        /// A `coffer:` keyword is unknown, in the wrong place, or of the wrong form.
        case keyword
        /// The name of the collection or of a field cannot be used.
        case name
    }

    /// What kind of fault it is.
    package let code: Code
    /// Where in the schema, as a JSON pointer (RFC 6901); `uri#pointer` in another schema.
    package let pointer: String
    /// What is wrong and what to write instead, in one sentence.
    package let message: String

    /// Says what is wrong at `pointer`.
    package init(_ code: Code, at pointer: String, _ message: String) {
        self.code = code
        self.pointer = pointer
        self.message = message
    }
}
