/// The array of an answer, as long as it may be.
internal struct Rows {
    private var bytes: [UInt8] = [UInt8(ascii: "[")]
    private var count = 0
    private var skipped: Int
    private let limit: Int
    private let room: Int
    private var hasMore = false
    private var isFull = false

    /// An array of at most `limit` elements and `room` bytes, after `offset` that are passed over.
    internal init(limit: Int?, offset: Int? = nil, room: Int) {
        self.limit = limit ?? .max
        self.room = room
        skipped = offset ?? 0
    }

    /// How many elements must be asked for to know whether there are more; nil for all.
    internal var wanted: Int? {
        guard limit < .max else { return nil }
        let (sum, isTooMuch) = limit.addingReportingOverflow(skipped)
        return isTooMuch || sum == .max ? nil : sum + 1
    }

    /// Adds an element, unless there is no room; whether to go on.
    internal mutating func add(_ json: @autoclosure () -> String) -> Bool {
        guard skipped == 0 else {
            skipped -= 1
            return true
        }
        guard count < limit else {
            hasMore = true
            return false
        }
        let json = json()
        // A comma before it, and the bracket and `more` after it.
        guard json.utf8.count <= room - bytes.count - 32 else {
            hasMore = true
            isFull = count == 0
            return false
        }
        if count > 0 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: json.utf8)
        count += 1
        return true
    }

    /// The array.
    ///
    /// - Throws: `memory-limit` when there is no room for a single element.
    internal consuming func reply() throws(Failure) -> Reply {
        guard !isFull else { throw Reply.tooLong }
        bytes.append(UInt8(ascii: "]"))
        return .rows(bytes, more: hasMore)
    }
}
