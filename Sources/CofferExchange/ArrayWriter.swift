package import CofferFormat

/// Writes records as one JSON array, each on a line of its own.
package struct ArrayWriter: RecordWriter {
    private var sink: RecordSink
    private var hasRecords = false

    /// Writes to `sink`, in pieces of some 64 KiB.
    package init(to sink: @escaping ([UInt8]) throws(ExchangeError) -> Void) {
        self.sink = RecordSink(sink)
    }

    /// Writes one record.
    ///
    /// - Throws: ``ExchangeError/notAnObject`` and what the sink throws.
    package mutating func write(_ record: Value) throws(ExchangeError) {
        guard case .object = record else { throw .notAnObject }
        sink.append(hasRecords ? ",\n" : "[\n")
        hasRecords = true
        JSON.write(record, into: &sink.bytes)
        try sink.flushIfLarge()
    }

    /// Closes the array.
    ///
    /// - Throws: What the sink throws.
    package mutating func finish() throws(ExchangeError) {
        sink.append(hasRecords ? "\n]\n" : "[]\n")
        try sink.flush()
    }
}
