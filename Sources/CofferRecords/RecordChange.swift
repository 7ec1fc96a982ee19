package import CofferBytes

/// A change of a record, or its deletion.
package struct RecordChange: Sendable {
    /// Its number; every change has one of its own, and later ones are higher.
    package let sequence: UInt64
    /// The name of the collection.
    package let collection: String
    /// The record.
    package let id: Identifier
    /// Its revision after the change.
    package let revision: UInt64
    /// Whether the record was deleted.
    package let isDeletion: Bool
}
