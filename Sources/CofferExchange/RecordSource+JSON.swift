internal import CofferFormat

extension RecordSource {
    /// Reads one JSON text, taking apart as many levels as the format has around its records.
    internal func readJSON(
        _ input: ByteInput, _ emitter: RecordEmitter
    ) throws(ExchangeError) -> Bool {
        let openLevels =
            switch format {
            case .collections: 2
            case .array, .improvedInitiative: 1
            default: 0
            }
        let skipped = input.offset
        let deliver: (JSONItem) -> Bool = { item in
            let consumed = skipped + item.end
            switch item.content {
            case .fault(let fault):
                return emitter.reject(
                    fault.description, line: item.line, bytesConsumed: consumed)
            case .value(let value):
                guard item.depth == openLevels else {
                    return emitter.reject(
                        "it is not an array of objects", line: item.line, bytesConsumed: consumed)
                }
                if format == .improvedInitiative {
                    return emitEntry(item, value, emitter, bytesConsumed: consumed)
                }
                let name =
                    format == .collections ? item.path.first.map(CollectionName.forPart) : nil
                return emitter.emit(
                    value, collection: name, line: item.line, bytesConsumed: consumed)
            }
        }
        var parser = JSONParser()
        do throws(JSONError) {
            return try unsafe parser.read(
                from: { unsafe input.read(into: $0) }, openLevels: openLevels,
                itemLimit: options.recordLimit, deliver: deliver)
        } catch {
            throw input.failure ?? ExchangeError(error)
        }
    }

    private func emitEntry(
        _ item: JSONItem, _ value: Value, _ emitter: RecordEmitter, bytesConsumed: Int
    ) -> Bool {
        let finding = ImprovedInitiative.record(
            named: item.path.first ?? "", value, plainNames: plainNames)
        switch finding {
        case .nothing: return true
        case .reject(let reason):
            return emitter.reject(reason, line: item.line, bytesConsumed: bytesConsumed)
        case .record(let collection, let record):
            return emitter.emit(
                record, collection: collection, line: item.line, bytesConsumed: bytesConsumed)
        }
    }
}

extension JSONItem.Fault {
    /// The reason, with the place in the record.
    internal var description: String {
        pointer.isEmpty ? reason.rawValue : "\(reason.rawValue), at \(pointer)"
    }
}
