internal import CofferBytes
internal import CofferCrypto
package import CofferFormat

/// Counts and adds up the rows of one body, to be compared with the sealed state.
package final class RowCounter {
    /// Count and sum so far.
    package private(set) var tally = VaultState.Tally()
    private let authenticator: HMACSHA256.Authenticator
    /// The message of a row as far as its seal; the last eight bytes are its key.
    private var head: [UInt8] = []

    /// Starts with no rows of a table with integer keys.
    package init(_ frame: Frame, _ table: RowTable, collection: UInt32) {
        authenticator = HMACSHA256.Authenticator(frame.stateMAC)
        table.appendMessage(
            collection: collection, key: [UInt8](repeating: 0, count: 8), seal: [], to: &head)
    }

    /// Takes in a row.
    package func add(key: Int64, seal: UnsafeRawBufferPointer) {
        let start = head.count - 8
        let key = UInt64(bitPattern: key)
        for index in 0..<8 {
            head[start + index] = UInt8(truncatingIfNeeded: key >> UInt64(56 - 8 * index))
        }
        tally.rows &+= 1
        unsafe head.withUnsafeBytes { head in
            unsafe authenticator.withCode(of: head, seal) { tally.sum.add($0) }
        }
    }
}
