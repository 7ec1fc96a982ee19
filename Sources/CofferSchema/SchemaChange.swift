/// What changes from one version of a collection's schema to the next.
///
/// Only changes that leave every sealed record as it is can be applied: fields and keywords
/// that are added, and rules that do not touch what is stored.
package struct SchemaChange: Hashable, Sendable {
    /// Fields that are new.
    ///
    /// Records may hold properties of that name in their overflow, which have to move.
    package internal(set) var addedFields: [String] = []
    /// Fields that now want an index and had none.
    package internal(set) var addedIndexes: [String] = []
    /// Fields whose values must now be unique.
    package internal(set) var addedUnique: [String] = []
    /// Fields that are now plain.
    package internal(set) var addedPlain: [String] = []
    /// Fields that now refer to records.
    package internal(set) var addedReferences: [String] = []
    /// Everything else that is different, one line each, for people.
    package internal(set) var remarks: [String] = []
    /// Why the change cannot be applied, one line each; empty where it can.
    package internal(set) var refusals: [String] = []
    /// Whether records that kept the old schema may break the new one.
    package internal(set) var needsValidation = false

    /// Whether the change can be applied to a collection with records in it.
    package var isAdditive: Bool { refusals.isEmpty }

    /// Whether nothing is different.
    package var isEmpty: Bool { self == SchemaChange() }
}
