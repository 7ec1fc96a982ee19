internal import Glibc

/// Reads an open file from its start, as often as asked, without moving its position.
internal enum FileInput {
    /// A reader that begins at the first byte of `descriptor`, which stays its owner's.
    internal static func refill(_ descriptor: Int32) -> RecordSource.Refill {
        var offset: off_t = 0
        return { buffer throws(ExchangeError) in
            while true {
                let count = unsafe pread(descriptor, buffer.baseAddress, buffer.count, offset)
                if count >= 0 {
                    offset += off_t(count)
                    return count
                }
                let reason = errno
                guard reason == EINTR else { throw .unreadable(errno: reason) }
            }
        }
    }
}
