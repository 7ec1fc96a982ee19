/// One part of a text that is read piece by piece.
package struct JSONItem: Sendable {
    /// The names of the members that lead here, one for each open level; empty ones in arrays.
    package let path: [String]
    /// How many open arrays and objects lie around the item.
    package let depth: Int
    /// What was met.
    package let content: Content
    /// The line, from 1, on which the item begins.
    package let line: Int
    /// The bytes of the text up to the end of the item, give or take its last one.
    package let end: Int

    /// What can be met.
    package enum Content: Sendable {
        /// A complete value.
        case value(Value)
        /// A value that is JSON to the eye, but not one that can be kept; reading can go on.
        case fault(Fault)
    }

    /// What is wrong with a single item.
    package struct Fault: Hashable, Sendable {
        /// What is wrong.
        package let reason: JSONError.Reason
        /// Where in the item (RFC 6901).
        package let pointer: String

        /// Describes a fault at a place in the item.
        package init(reason: JSONError.Reason, pointer: String) {
            self.reason = reason
            self.pointer = pointer
        }
    }
}
