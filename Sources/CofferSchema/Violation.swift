/// One rule of a schema that a value does not keep.
///
/// Values are secrets: neither the message nor the rule ever holds a part of one. The pointer
/// holds names of properties and positions, as the value has them.
package struct Violation: Hashable, Sendable {
    /// Where in the value, as a JSON pointer (RFC 6901); empty for the whole value.
    package let pointer: String
    /// The keyword that was not kept, such as `minimum`.
    ///
    /// Two words are not keywords: `limit`, where a value was too deep or too much work to
    /// judge, and `names`, where a record has a property twice.
    package let rule: String
    /// Where the keyword stands in the schema; `uri#pointer` in a schema that was referred to.
    package let schemaPointer: String
    /// What the schema asks for, in one line.
    package let message: String

    /// Says that the value at `pointer` breaks `rule`.
    package init(pointer: String, rule: String, schemaPointer: String, message: String) {
        self.pointer = pointer
        self.rule = rule
        self.schemaPointer = schemaPointer
        self.message = message
    }
}
