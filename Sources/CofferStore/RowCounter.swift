internal import CofferBytes
internal import CofferCrypto
package import CofferFormat

/// Counts and adds up the rows of one body, to be compared with the sealed state.
@safe
package final class RowCounter {
    private var done = VaultState.Tally()
    private let codes: HMACSHA256.Batch
    /// The message of a row as far as its seal; the last eight bytes are its key.
    private let head: UnsafeMutableRawBufferPointer

    /// Starts with no rows of a table with integer keys.
    package init(_ frame: Frame, _ table: RowTable, collection: UInt32) {
        codes = HMACSHA256.Batch(frame.stateMAC)
        var message: [UInt8] = []
        table.appendMessage(
            collection: collection, key: [UInt8](repeating: 0, count: 8), seal: [], to: &message)
        unsafe head = .allocate(byteCount: message.count, alignment: 8)
        unsafe head.copyBytes(from: message)
    }

    deinit { unsafe head.deallocate() }

    /// Count and sum so far.
    package var tally: VaultState.Tally {
        codes.flush { done.sum.add(Sum256($0)) }
        return done
    }

    /// Gives what was taken in, and starts again with no rows.
    package func take() -> VaultState.Tally {
        defer { done = VaultState.Tally() }
        return tally
    }

    /// Takes in a row.
    package func add(key: Int64, seal: UnsafeRawBufferPointer) {
        unsafe head.storeBytes(
            of: key.bigEndian, toByteOffset: head.count - MemoryLayout<Int64>.size,
            as: Int64.self)
        let whole = unsafe UnsafeRawBufferPointer(head)
        done.rows &+= 1
        unsafe codes.add(whole, seal) { done.sum.add(Sum256($0)) }
    }
}
