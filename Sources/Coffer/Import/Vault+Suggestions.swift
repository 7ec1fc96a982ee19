internal import CofferExchange
internal import CofferFormat
internal import CofferSchema

extension Vault {
    /// A schema that was worked out from files.
    public struct SuggestedSchema: Sendable {
        /// The collection.
        public let name: String
        /// The schema as JSON text; guesses are marked by a `$comment` on their field.
        public let schema: String
    }

    /// Works out schemas from files: what was seen, and guesses for a person to confirm.
    ///
    /// - Parameters:
    ///   - paths: Files, or folders whose files are taken.
    ///   - into: The collection for everything; nil to name collections from the files.
    /// - Throws: ``VaultError/Code/invalid``, ``VaultError/Code/storage``.
    public static func suggestSchemas(
        for paths: [String], into: String? = nil
    ) throws(VaultError) -> [SuggestedSchema] {
        try catching {
            var order: [String] = []
            var inferences: [String: SchemaInference] = [:]
            for path in try ImportRun.files(paths) {
                var options = RecordSource.Options()
                options.collection = into
                let file = try OpenedFile(path)
                try ImportRun.naming(file) {
                    try file.records(options).read { event in
                        guard case .record(let record) = event else { return true }
                        if inferences[record.collection] == nil {
                            order.append(record.collection)
                        }
                        inferences[record.collection, default: SchemaInference()]
                            .observe(record.value)
                        return true
                    }
                }
            }
            return order.compactMap { name in
                inferences[name].map { inference in
                    let schema = JSON.write(inference.suggestedSchema(title: name))
                    return SuggestedSchema(
                        name: name, schema: String(decoding: schema, as: UTF8.self))
                }
            }
        }
    }
}
