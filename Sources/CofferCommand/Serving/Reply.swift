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
