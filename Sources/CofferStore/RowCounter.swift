internal import CofferBytes
internal import CofferCrypto
package import CofferFormat

/// Counts and adds up the rows of one body, to be compared with the sealed state.
@safe
package final class RowCounter {
    /// Count and sum so far.
    package private(set) var tally = VaultState.Tally()
    private let authenticator: HMACSHA256.Authenticator
    /// The message of a row as far as its seal; the last eight bytes are its key.
    private let head: UnsafeMutableRawBufferPointer

    /// Starts with no rows of a table with integer keys.
    package init(_ frame: Frame, _ table: RowTable, collection: UInt32) {
        authenticator = HMACSHA256.Authenticator(frame.stateMAC)
        var message: [UInt8] = []
        table.appendMessage(
            collection: collection, key: [UInt8](repeating: 0, count: 8), seal: [], to: &message)
        unsafe head = .allocate(byteCount: message.count, alignment: 8)
        unsafe head.copyBytes(from: message)
    }

    deinit { unsafe head.deallocate() }

    /// Gives what was taken in, and starts again with no rows.
    package func take() -> VaultState.Tally {
        defer { tally = VaultState.Tally() }
        return tally
    }

    /// Takes in a row.
    package func add(key: Int64, seal: UnsafeRawBufferPointer) {
        unsafe head.storeBytes(
            of: key.bigEndian, toByteOffset: head.count - MemoryLayout<Int64>.size,
            as: Int64.self)
        let whole = unsafe UnsafeRawBufferPointer(head)
        let code = unsafe authenticator.withCode(of: whole, seal) { Sum256($0) }
        tally.rows &+= 1
        tally.sum.add(code)
    }
}
