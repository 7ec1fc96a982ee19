package import CofferFormat

/// Writes the records of several collections as one object of arrays, each record on a line.
///
/// It is read back as it was, but for two corners: a collection without records is not seen,
/// and with no collection at all the text is `{}`, which is one record without fields.
package struct CollectionsWriter: RecordWriter {
    private var sink: RecordSink
    private var hasCollections = false
    private var hasRecords = false

    /// Writes to `sink`, in pieces of some 64 KiB.
    package init(to sink: @escaping ([UInt8]) throws(ExchangeError) -> Void) {
        self.sink = RecordSink(sink)
    }

    /// Begins the next collection; each may be begun once.
    package mutating func begin(_ collection: String) {
        sink.append(hasCollections ? (hasRecords ? "\n],\n" : "],\n") : "{\n")
        JSON.write(.text(collection), into: &sink.bytes)
        sink.append(":[")
        hasCollections = true
        hasRecords = false
    }

    /// Writes one record of the collection that was begun last.
    ///
    /// - Precondition: A collection was begun.
    /// - Throws: ``ExchangeError/notAnObject`` and what the sink throws.
    package mutating func write(_ record: Value) throws(ExchangeError) {
        precondition(hasCollections, "A record belongs to a collection")
        guard case .object = record else { throw .notAnObject }
        sink.append(hasRecords ? ",\n" : "\n")
        hasRecords = true
        JSON.write(record, into: &sink.bytes)
        try sink.flushIfLarge()
    }

    /// Closes the object.
    ///
    /// - Throws: What the sink throws.
    package mutating func finish() throws(ExchangeError) {
        sink.append(hasCollections ? (hasRecords ? "\n]\n}\n" : "]\n}\n") : "{}\n")
        try sink.flush()
    }
}
