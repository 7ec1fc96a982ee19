package import CofferFormat

/// Writes one record a line (NDJSON).
package struct LineWriter: RecordWriter {
    private var sink: RecordSink

    /// Writes to `sink`, in pieces of some 64 KiB.
    package init(to sink: @escaping ([UInt8]) throws(ExchangeError) -> Void) {
        self.sink = RecordSink(sink)
    }

    /// Writes one record.
    ///
    /// - Throws: ``ExchangeError/notAnObject`` and what the sink throws.
    package mutating func write(_ record: Value) throws(ExchangeError) {
        guard case .object = record else { throw .notAnObject }
        JSON.write(record, into: &sink.bytes)
        sink.append("\n")
        try sink.flushIfLarge()
    }

    /// Hands over the last records.
    ///
    /// - Throws: What the sink throws.
    package mutating func finish() throws(ExchangeError) { try sink.flush() }
}
