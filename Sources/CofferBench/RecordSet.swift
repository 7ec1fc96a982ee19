internal import Coffer
internal import CofferBytes
internal import CofferFormat
internal import CofferRecords

/// Rows of eight texts of 125 bytes with random ids, the same for everybody who is measured.
internal struct RecordSet {
    internal static let fields = 8
    internal static let size = 125

    internal let count: Int
    /// Ids of 16 bytes, one after the other.
    internal let ids: [UInt8]
    /// All texts of the first row, then of the second.
    internal let texts: [UInt8]

    internal init(count: Int) {
        self.count = count
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func draw() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        ids = (0..<count * 2).flatMap { _ in
            let word = draw()
            return (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -".utf8)
        var texts: [UInt8] = []
        let total = count * Self.fields * Self.size
        texts.reserveCapacity(total + 8)
        while texts.count < total {
            let word = draw()
            for shift in 0..<8 { texts.append(letters[Int(word >> UInt64(8 * shift) & 63)]) }
        }
        self.texts = texts
    }

    /// The bytes of all texts.
    internal var bytes: Int64 { Int64(count * Self.fields * Self.size) }

    /// The id of a row.
    internal func id(_ row: Int) -> Identifier {
        Identifier(ids[row * 16..<row * 16 + 16].span)
    }

    /// A row as a record.
    internal func record(_ row: Int) -> Value {
        .object(
            (0..<Self.fields).map { field in
                let start = (row * Self.fields + field) * Self.size
                let text = texts[start..<start + Self.size]
                return Value.Member("f\(field + 1)", .text(String(decoding: text, as: UTF8.self)))
            })
    }

    /// Rows in an order that jumps about.
    internal func order(_ length: Int) -> [Int32] {
        (0..<length).map { Int32($0 * 7_919 % count) }
    }

    /// The schema of the records.
    internal static var schema: String {
        let fields = (1...Self.fields).map { #""f\#($0)":{"type":"string"}"# }
        return #"{"properties":{\#(fields.joined(separator: ","))}}"#
    }

    /// Inserts all rows, which were made ready beforehand, in one transaction.
    internal func insert(_ ready: [Value], into vault: Vault) throws {
        var index = 0
        try vault.records.write { writer in
            try writer.putAll(
                in: try writer.plan(named: "rows"), existing: .fail,
                next: {
                    defer { index += 1 }
                    return index < ready.count ? ready[index] : nil
                }, prepare: { record, preparer, plan in try preparer.prepare(record, in: plan) },
                id: { id($0) }, each: { _, _ in })
        }
    }
}
