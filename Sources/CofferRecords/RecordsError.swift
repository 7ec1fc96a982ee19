package import CofferBytes

/// Why a record or a definition could not be read or written.
///
/// Besides these, records throw what the store below throws. No case holds a value of a record.
package enum RecordsError: Error, Equatable, Sendable {
    /// There is no collection of that name.
    case noCollection(String)
    /// The schema names no such field.
    case noField(collection: String, field: String)
    /// There is no such record.
    case noRecord(collection: String)
    /// The record was changed since the version that the caller has read.
    case versionConflict(collection: String, id: Identifier, current: UInt64)
    /// A record with this id or key is there already.
    case exists(collection: String, id: Identifier)
    /// Another record has the value of a unique field.
    case notUnique(collection: String, field: String)
    /// The record breaks rules of its schema; each problem is one line.
    case invalid(collection: String, problems: [String])
    /// References that lead nowhere.
    case brokenReferences([BrokenReference])
    /// Records that refer to this one keep it from going.
    case restricted(collection: String, by: String, field: String, count: Int)
    /// A record does not verify; the text says what of it.
    case damaged(collection: String, rid: Int64, id: Identifier?, what: String)
    /// Counts or sums do not agree with the sealed state.
    case incomplete(collection: String)
    /// There is no change to undo, or a version of before is no longer kept in the collection.
    case nothingToUndo(String?)
    /// A schema cannot be put in force; the text says why.
    case schema(String)

    /// A reference that leads nowhere.
    package struct BrokenReference: Hashable, Sendable {
        /// The collection of the record that refers.
        package let collection: String
        /// The record that refers.
        package let id: Identifier
        /// The field with the reference.
        package let field: String
        /// The collection in which nothing was found.
        package let target: String
    }
}
