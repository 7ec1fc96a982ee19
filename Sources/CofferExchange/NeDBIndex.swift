internal import CofferFormat

/// Which line of a NeDB log counts for each document: the last one with its `_id`.
///
/// Only a 128-bit hash of each `_id` and an offset are kept, so a log may be much larger than
/// memory.
internal struct NeDBIndex {
    /// Twenty million documents take about a gigabyte; no game table comes near.
    private static let documentLimit = 20_000_000

    /// What a line of a log is.
    internal enum Line {
        /// A document, with the hash of its id; nil where it has none.
        case document(UInt128?)
        /// The removal of a document.
        case deletion(UInt128)
        /// The definition of an index, which is no data.
        case index
    }

    private var newest: [UInt128: Int] = [:]

    /// Reads a whole log.
    internal init(_ input: ByteInput, limit: Int) throws(ExchangeError) {
        var lines = LineReader(input, limit: limit)
        var parser = JSONParser()
        while true {
            switch try lines.next() {
            case .end: return
            case .tooLong: continue
            case .text: break
            }
            // Broken lines are reported when the records are read.
            guard let value = try? parser.parse(lines.bytes.span) else { continue }
            switch Self.kind(value) {
            case .document(let id?):
                newest[id] = lines.start
                guard newest.count <= Self.documentLimit else { throw .tooManyDocuments }
            case .deletion(let id): newest[id] = nil
            case .document(nil), .index: continue
            }
        }
    }

    /// Whether the line that begins at `offset` is the one that counts for `id`.
    internal func counts(_ id: UInt128, at offset: Int) -> Bool { newest[id] == offset }

    /// What the value of a line is.
    internal static func kind(_ value: Value) -> Line {
        if value["$$indexCreated"] != nil || value["$$indexRemoved"] != nil { return .index }
        let id = value["_id"].map(KeyScan.hash)
        if let id, value["$$deleted"] == .bool(true) { return .deletion(id) }
        return .document(id)
    }
}
