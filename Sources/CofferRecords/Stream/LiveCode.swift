internal import CofferBytes
package import CofferCrypto
package import CofferFormat

/// Names everything that a vault holds, by the numbers of its rows.
///
/// Source: `Docs/Format.md`, section 19.4. A number is never given twice, so it stands for one
/// content.
package struct LiveCode: ~Copyable {
    private var message = Array("live".utf8)
    private var hash = SHA256()
    private var piece: [UInt8] = []
    private var count: UInt64 = 0

    private static let pieceSize = 32_768

    /// Begins with nothing.
    package init() {}

    /// Takes in a row; rows of a table come in the order of their numbers.
    package mutating func add(_ number: UInt64) {
        piece.append(bigEndian: number)
        count &+= 1
        if piece.count >= Self.pieceSize { flush() }
    }

    /// Ends a table.
    ///
    /// - Returns: How many rows it had.
    package mutating func end(_ kind: StreamKind, _ collection: UInt32) -> UInt64 {
        defer { count = 0 }
        guard count > 0 else { return 0 }
        flush()
        var next = SHA256()
        swap(&hash, &next)
        message.append(kind.rawValue)
        message.append(bigEndian: collection)
        message.append(bigEndian: count)
        message.append(contentsOf: next.finish())
        return count
    }

    /// The code of everything.
    package consuming func finish(_ key: MACKey) -> [UInt8] { key.code(message) }

    private mutating func flush() {
        hash.update(piece)
        piece.removeAll(keepingCapacity: true)
    }
}
