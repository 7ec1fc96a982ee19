/// The bytes of a file from its start, with a look ahead at its first ones.
@safe
internal final class ByteInput {
    /// How much of the start can be looked at.
    private static let headSize = 8_192

    private let refill: RecordSource.Refill
    private var head: [UInt8] = []
    private var headOffset = 0
    /// Why reading failed; the receivers of bytes only learn that it did.
    internal private(set) var failure: ExchangeError?
    /// The bytes handed out so far.
    internal private(set) var offset = 0

    /// Whether a UTF-8 byte-order mark stood at the start, so that there is no doubt what it is.
    internal private(set) var isMarked = false

    /// Reads as much as can be looked at, and passes over a UTF-8 byte-order mark.
    internal init(_ refill: @escaping RecordSource.Refill) throws(ExchangeError) {
        unsafe self.refill = refill
        var first = [UInt8](repeating: 0, count: Self.headSize)
        var count = 0
        while count < first.count {
            let got = unsafe first.withUnsafeMutableBytes { bytes in
                unsafe fetch(UnsafeMutableRawBufferPointer(rebasing: bytes[count...]))
            }
            if let failure { throw failure }
            guard let got, got > 0 else { break }
            count += got
        }
        head = Array(first[..<count])
        isMarked = head.starts(with: FormatFinding.mark)
        if isMarked {
            headOffset = FormatFinding.mark.count
            offset = headOffset
        }
    }

    /// The first bytes of the text, at most 8 KiB.
    internal var start: ArraySlice<UInt8> { head[headOffset...] }

    /// Fills the buffer: the number of bytes, 0 at the end, nil on failure.
    internal func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard headOffset < head.count else {
            guard let count = unsafe fetch(buffer) else { return nil }
            offset += count
            return count
        }
        let count = min(buffer.count, head.count - headOffset)
        unsafe buffer.copyBytes(from: head[headOffset..<headOffset + count])
        headOffset += count
        offset += count
        return count
    }

    private func fetch(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard failure == nil else { return nil }
        do throws(ExchangeError) {
            let count = try unsafe refill(buffer)
            guard count >= 0, count <= buffer.count else {
                failure = .unreadable(errno: 0)
                return nil
            }
            return count
        } catch {
            failure = error
            return nil
        }
    }
}
