internal import CofferExchange
internal import CofferFormat
internal import CofferRecords
internal import CofferSchema

/// The first reading of the files: which collections there are, their keys and their types.
internal final class ImportScan {
    /// What was found out about a collection.
    internal struct Found {
        var inference = SchemaInference()
        var key: String?
        var isKeySettled = false
    }

    /// The collections in order of their first record.
    internal private(set) var order: [String] = []
    private var found: [String: Found] = [:]
    private let known: Set<String>
    private let idField: String?

    /// A scan that looks for the types of collections that are not `known`.
    internal init(known: Set<String>, idField: String?) {
        self.known = known
        self.idField = idField
    }

    /// Reads one file.
    ///
    /// - Parameter path: Its path, for errors.
    internal func read(_ source: RecordSource, at path: String) throws {
        var keys = KeyScan(
            names: idField.map { [$0] } ?? KeyScan.candidates, canonical: CanonicalValue.bytes)
        var seen: Set<String> = []
        try source.read { event in
            guard case .record(let record) = event else { return true }
            if self.found[record.collection] == nil {
                self.found[record.collection] = Found()
                self.order.append(record.collection)
            }
            seen.insert(record.collection)
            keys.add(record.value, in: record.collection)
            if !self.known.contains(record.collection) {
                self.found[record.collection]?.inference.observe(record.value)
            }
            return true
        }
        for collection in seen {
            guard CollectionSchema.isName(collection) else {
                throw VaultError(
                    .invalid,
                    "\(path): «\(collection)» cannot be the name of a collection; name one with "
                        + "--into")
            }
            var name: String?
            if case .field(let field) = keys.finding(for: collection) { name = field }
            if let idField, name == nil {
                throw VaultError(
                    .invalid, "\(path): \(idField) is missing or repeats in \(collection)")
            }
            if found[collection]?.isKeySettled == true, found[collection]?.key != name {
                found[collection]?.key = nil
            } else {
                found[collection]?.key = name
            }
            found[collection]?.isKeySettled = true
        }
    }

    /// The collections that have to be made, with what was found out about them.
    internal func proposals() throws -> [CofferRecords.RecordWriter.Proposal] {
        try order.filter { !known.contains($0) }.compactMap { name in
            guard let found = found[name] else { return nil }
            let value = found.inference.importSchema(title: name)
            let schema = try CollectionSchema(
                parsing: value, text: JSON.write(value), name: name)
            return CofferRecords.RecordWriter.Proposal(schema: schema, keyName: found.key)
        }
    }
}
