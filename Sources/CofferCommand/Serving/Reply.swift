internal import Coffer

/// What a request has come to.
internal enum Reply {
    /// A value.
    case value(JSONOutput)
    /// A value that was written elsewhere.
    case json([UInt8])
    /// An array, and whether there is more of it.
    case rows([UInt8], more: Bool)

    /// The members `result` and `more` of an answer, in pieces.
    private var members: [[UInt8]] {
        let (result, more): ([UInt8], String) =
            switch self {
            case .value(let value): (Array(value.json.utf8), "")
            case .json(let json): (json, "")
            case .rows(let rows, let more): (rows, ",\"more\":\(more)")
            }
        return [Array("\"result\":".utf8), result, Array(more.utf8)]
    }

    /// The answer to a request, in pieces, without a line end.
    ///
    /// - Throws: `memory-limit` when the result is longer than `room`.
    internal func answer(to id: [UInt8], room: Int) throws(Failure) -> [[UInt8]] {
        let members = members
        guard members.reduce(0, { $0 + $1.count }) <= room else { throw Self.tooLong }
        return [Array("{\"id\":".utf8), id, Array(",\"ok\":true,".utf8)] + members
            + [Array("}".utf8)]
    }

    /// The answer to a request that failed, without a line end.
    ///
    /// - Parameter index: Which request of a batch it was.
    internal static func failure(
        _ failure: Failure, at index: Int? = nil, to id: [UInt8]
    ) -> [[UInt8]] {
        let index = index.map { [("index", JSONOutput.integer(Int64($0)))] } ?? []
        let members = JSONOutput.object(failure.members + index).json
        return [
            Array("{\"id\":".utf8), id, Array(",\"ok\":false,\"error\":\(members)}".utf8),
        ]
    }

    /// What is said of an answer that would be too long.
    internal static let tooLong = Failure(
        VaultError(
            .memoryLimit,
            "the answer would be longer than \(ServeLimits.answer) bytes; ask for less"))
}

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
