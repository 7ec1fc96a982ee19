/// Cuts a text into lines, holding one at a time.
internal struct LineReader: ~Copyable {
    /// What was found.
    internal enum Line {
        /// A line without its end; the bytes are in ``LineReader/bytes``.
        case text
        /// A line longer than the limit, passed over.
        case tooLong
        /// Nothing is left.
        case end
    }

    private let input: ByteInput
    private let limit: Int
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var position = 0
    private var filled = 0

    /// The line that ``next()`` found.
    internal private(set) var bytes: [UInt8] = []
    /// Its number, from 1.
    internal private(set) var number = 0
    /// Where it begins, in bytes from the start of the text.
    internal private(set) var start = 0
    /// Where the next one begins.
    internal private(set) var end: Int

    internal init(_ input: ByteInput, limit: Int) {
        self.input = input
        self.limit = max(0, limit)
        end = input.offset
    }

    /// Goes on to the next line; `\n` and `\r\n` end one.
    internal mutating func next() throws(ExchangeError) -> Line {
        bytes.removeAll(keepingCapacity: true)
        start = end
        number += 1
        var isTooLong = false
        while true {
            if position == filled {
                try fill()
                if filled == 0 {
                    if isTooLong { return .tooLong }
                    return end == start ? .end : .text
                }
            }
            let rest = buffer[position..<filled]
            let lineEnd = rest.firstIndex(of: 0x0A)
            let part = rest[..<(lineEnd ?? filled)]
            if bytes.count + part.count > limit {
                isTooLong = true
                bytes = []
            }
            if !isTooLong { bytes.append(contentsOf: part) }
            end += part.count
            position += part.count
            guard lineEnd != nil else { continue }
            position += 1
            end += 1
            if bytes.last == 0x0D { bytes.removeLast() }
            return isTooLong ? .tooLong : .text
        }
    }

    private mutating func fill() throws(ExchangeError) {
        position = 0
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe input.read(into: $0) }
        guard let count else { throw input.failure ?? .unreadable(errno: 0) }
        filled = count
    }
}
