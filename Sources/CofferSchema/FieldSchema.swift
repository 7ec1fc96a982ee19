package import CofferFormat

/// What a collection's schema says about one field: one top-level property.
package struct FieldSchema: Hashable, Sendable {
    /// The name of the property, as written.
    package let name: String
    /// What the field holds, coarsely; it decides how text typed at a terminal is read.
    package let kind: FieldKind
    /// The JSON types that the field may have.
    package let types: JSONTypes
    /// The value of `format`, held only where ``TextFormat`` knows it.
    package let format: String?
    /// Whether every record must have the field.
    package let isRequired: Bool
    /// Found by equality: asked for, or implied by `coffer:unique` or `coffer:subject`.
    ///
    /// Where the field is ``plain`` too, its native index serves and no blind one is needed.
    package internal(set) var index: Bool
    /// No two records have the same value.
    package let unique: Bool
    /// The index was asked for although the field has only few values.
    package let indexForced: Bool
    /// Readable by anyone with the disk.
    package let plain: Bool
    /// The record of another collection, or of the same one, that the field names.
    package let reference: Reference?
    /// Sealed under the subject's key, where the collection has a subject.
    package let personal: Personal?
    /// Holds the keys of other people.
    package let people: Bool
    /// Free text in which people are mentioned.
    package let mentions: Bool
    /// The values of `enum` or `const`; nil where any value of its types will do.
    package let enumValues: [Value]?

    /// Whether `null` is allowed.
    package var isNullable: Bool { types.contains(.null) }

    /// Whether the field holds single values only: no arrays and no objects.
    package var isScalar: Bool { types.isDisjoint(with: .nested) }
}

extension FieldSchema {
    /// A reference to a record of a collection.
    package struct Reference: Hashable, Sendable {
        /// The name of the collection.
        package let collection: String
        /// What a deletion there does here.
        package let onDelete: OnDelete

        /// Names the collection and what a deletion there does.
        package init(collection: String, onDelete: OnDelete) {
            self.collection = collection
            self.onDelete = onDelete
        }
    }

    /// What makes a field personal.
    package struct Personal: Hashable, Sendable {
        /// What the data is about.
        package let category: PersonalCategory
        /// Where it came from.
        package let source: PersonalSource

        /// Pairs what the data is about with where it came from.
        package init(category: PersonalCategory, source: PersonalSource) {
            self.category = category
            self.source = source
        }
    }
}
