internal import CofferFormat

/// Counts what a file holds, names its collection and hands it to the visitor.
internal final class RecordEmitter {
    private let fileCollection: String
    private let chosen: String?
    private let visit: (RecordEvent) -> Bool
    private var index = 0

    internal init(source: RecordSource, visit: @escaping (RecordEvent) -> Bool) {
        fileCollection = CollectionName.forFile(source.name)
        chosen = source.options.collection
        self.visit = visit
    }

    /// Hands over a value as a record if it is an object, else as a reject.
    internal func emit(
        _ value: Value, collection: String? = nil, line: Int, bytesConsumed: Int
    ) -> Bool {
        guard case .object(let members) = value else {
            return reject("it is not an object", line: line, bytesConsumed: bytesConsumed)
        }
        index += 1
        let name =
            chosen ?? collection ?? Self.fixtureCollection(members) ?? fileCollection
        return visit(
            .record(
                SourceRecord(
                    collection: name, value: value, line: line, index: index,
                    bytesConsumed: bytesConsumed)))
    }

    /// Hands over the reason why something is no record.
    internal func reject(_ reason: String, line: Int, bytesConsumed: Int) -> Bool {
        index += 1
        return visit(
            .reject(
                SourceReject(
                    line: line, index: index, reason: reason, bytesConsumed: bytesConsumed)))
    }

    /// A fixture has a dotted `model`, `fields`, perhaps `pk`, and nothing else.
    private static func fixtureCollection(_ members: [Value.Member]) -> String? {
        guard members.count == 2 || members.count == 3 else { return nil }
        var model: String?
        var hasFields = false
        for member in members {
            switch (member.name, member.value) {
            case ("model", .text(let text)): model = text
            case ("fields", .object): hasFields = true
            case ("pk", _): break
            default: return nil
            }
        }
        guard hasFields, let model, let dot = model.lastIndex(of: ".") else { return nil }
        return CollectionName.forPart(String(model[model.index(after: dot)...]))
    }
}
