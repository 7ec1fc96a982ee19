internal import Coffer

extension Server {
    /// The requests of a batch.
    ///
    /// - Throws: `BatchFailure` for one that is none, or that neither reads nor writes.
    internal func requests(of frame: Frame) throws -> [Frame] {
        try frame.members.needObjects("requests").enumerated().map { index, value in
            do throws(Failure) {
                let frame = try Frame(value)
                switch try frame.checked().work {
                case .reading, .writing, .importing: return frame
                default: throw .usage("a batch takes requests that read or write")
                }
            } catch { throw BatchFailure(index: index, failure: error) }
        }
    }

    /// Answers the requests of a batch.
    internal func batch(_ frames: [Frame], in transaction: ReadTransaction) throws -> Reply {
        var answers: [UInt8] = [UInt8(ascii: "[")]
        for (index, frame) in frames.enumerated() {
            do {
                if index > 0 { answers.append(UInt8(ascii: ",")) }
                let reply = try step(try frame.checked(), frame.members, in: transaction)
                let pieces = try reply.answer(to: frame.id, room: room)
                room -= pieces.reduce(1) { $0 + $1.count }
                for piece in pieces { answers += piece }
            } catch { throw BatchFailure(index: index, failure: .from(error)) }
        }
        answers.append(UInt8(ascii: "]"))
        room = ServeLimits.answer
        return .json(answers)
    }
}
