/// Collects small pieces of output into large ones.
internal struct RecordSink {
    /// What is handed over at once.
    private static let pieceSize = 1 << 16

    private let write: ([UInt8]) throws(ExchangeError) -> Void
    /// What was not handed over yet; writers append to it.
    internal var bytes: [UInt8] = []

    internal init(_ write: @escaping ([UInt8]) throws(ExchangeError) -> Void) {
        self.write = write
    }

    /// Appends a text.
    internal mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Hands over what is there once it is worth it.
    internal mutating func flushIfLarge() throws(ExchangeError) {
        if bytes.count >= Self.pieceSize { try flush() }
    }

    /// Hands over what is there.
    internal mutating func flush() throws(ExchangeError) {
        guard !bytes.isEmpty else { return }
        try write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}
