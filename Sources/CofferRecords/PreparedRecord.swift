package import CofferBytes
package import CofferFormat

/// A record as far as it can be made without the vault's tables: checked, encoded, and with what
/// its clear columns hold.
///
/// It takes two thirds of the work of a write, and any thread can do it (``RecordPreparer``).
package struct PreparedRecord: Sendable {
    /// The collection.
    package let plan: CollectionPlan
    /// The record's properties, in the order in which they came.
    package let members: [Value.Member]
    /// The id that the record has by its own key; nil without one.
    package let id: Identifier?
    /// The places of the fields that it has, ascending.
    internal let positions: [Int]
    /// Their values, those without a field of their own as one object; empty where the record
    /// was encoded without making values of it.
    internal let values: [Value]
    /// The plaintexts of the fields, one after the other.
    internal let plaintexts: [UInt8]
    /// Where each plaintext lies.
    internal let bounds: [Range<Int>]
    /// Clear columns that are not NULL, ascending by number.
    internal let clear: [(number: UInt16, place: Int, value: ClearValue)]
}
