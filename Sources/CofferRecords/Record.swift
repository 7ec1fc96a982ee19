package import CofferBytes
package import CofferFormat

/// A record as it was opened.
package struct Record: Sendable {
    /// The record's id.
    package let id: Identifier
    /// Its row.
    package let rid: Int64
    /// The number of its last change.
    package let sequence: UInt64
    /// When it was made and written, by whom, and which version it is.
    package let header: RecordHeader
    /// The properties, in the order of the fields; those without a field of their own last.
    package let members: [Value.Member]
    /// The record's own key; nil when the collection has none or the record lacks it.
    package let key: Value?

    /// The record as one object.
    package var value: Value { .object(members) }
}
