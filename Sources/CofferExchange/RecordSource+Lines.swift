internal import CofferFormat

extension RecordSource {
    /// Reads one JSON object a line; of a NeDB log only the lines that count.
    internal func readLines(
        _ input: ByteInput, _ emitter: RecordEmitter
    ) throws(ExchangeError) -> Bool {
        var lines = LineReader(input, limit: options.recordLimit)
        var parser = JSONParser()
        while true {
            let line = try lines.next()
            let isGoingOn: Bool
            switch line {
            case .end: return true
            case .tooLong:
                isGoingOn = emitter.reject(
                    JSONError.Reason.tooLong.rawValue, line: lines.number,
                    bytesConsumed: lines.end)
            case .text:
                guard lines.bytes.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
                isGoingOn = emit(lines, &parser, emitter)
            }
            guard isGoingOn else { return false }
        }
    }

    private func emit(
        _ lines: borrowing LineReader, _ parser: inout JSONParser, _ emitter: RecordEmitter
    ) -> Bool {
        let value: Value
        do throws(JSONError) { value = try parser.parse(lines.bytes.span) } catch {
            let fault = JSONItem.Fault(reason: error.reason, pointer: error.pointer)
            return emitter.reject(
                fault.description, line: lines.number, bytesConsumed: lines.end)
        }
        if let newest {
            switch NeDBIndex.kind(value) {
            case .index, .deletion: return true
            case .document(let id):
                if let id, !newest.counts(id, at: lines.start) { return true }
            }
        }
        return emitter.emit(value, line: lines.number, bytesConsumed: lines.end)
    }
}
