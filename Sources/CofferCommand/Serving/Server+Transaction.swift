internal import Coffer

extension Server {
    /// Which transactions there are.
    internal enum Mode: String, CaseIterable {
        /// Reads and writes, and lets nobody else write.
        case write
        /// Reads one moment.
        case read
    }

    /// How a transaction over several requests has ended.
    private enum Ending {
        case commit(Frame)
        case rollback(Frame)
        case lock(Frame)
        /// The input has ended.
        case input
        /// It was rolled back though the client did not ask for it.
        case lost(Failure)
        /// A line that is no request.
        case broken(Failure)
        /// A stream has failed.
        case stream(Failure)
    }

    /// Leaves the library's closure without a commit.
    private struct GivenUp: Error {}

    /// What is told of a transaction.
    internal static func open(_ mode: Mode?) -> JSONOutput {
        .object([("transaction", .text(mode?.rawValue))])
    }

    /// Opens a transaction and answers requests in it until it ends; answers the last one, too.
    internal func begin(_ frame: Frame) throws {
        let mode = try frame.members.choice("mode", of: Mode.self) ?? .write
        let longest = mode == .write ? ServeLimits.writeIdle : ServeLimits.readIdle
        let idle = try frame.members.span("timeout") ?? longest
        guard idle <= longest else {
            throw Failure.usage("«timeout» is at most \(longest / 1_000)s here")
        }
        var ending: Ending?
        var poison: Failure?
        func serve(_ transaction: ReadTransaction) throws {
            let (end, failure) = converse(transaction, frame, mode, Int64(clamping: idle))
            ending = end
            poison = failure
            guard case .commit = end, failure == nil else { throw GivenUp() }
        }
        do {
            switch mode {
            case .write: try vault.write { try serve($0) }
            case .read: try vault.read { try serve($0) }
            }
        } catch is GivenUp {
        } catch {
            // The vault has refused to begin, or to commit.
            guard ending != nil else { throw error }
            poison = .from(error)
        }
        try conclude(ending, poison)
    }

    private func conclude(_ ending: Ending?, _ poison: Failure?) throws {
        switch ending {
        case .commit(let last):
            guard let poison else { return try closed(last) }
            try end { () throws(Failure) in try tell(poison, to: last.id) }
        case .rollback(let last): try closed(last)
        case .lock(let last):
            recordExports()
            let reply = lock()
            try end { () throws(Failure) in
                _ = try output.write(Self.line(try reply.answer(to: last.id, room: room)))
            }
        case .lost(let failure):
            lost = failure
            try end { () throws(Failure) in try output.finish() }
        case .broken(let failure):
            lost = failure
            try end { () throws(Failure) in try tell(failure, to: Frame.noID) }
        case .stream(let failure): throw Interrupted(failure: failure)
        case .input, nil: isOver = true
        }
    }

    private func closed(_ last: Frame) throws {
        try end { () throws(Failure) in
            let reply = Reply.value(Self.open(nil))
            _ = try output.write(Self.line(try reply.answer(to: last.id, room: room)))
        }
    }

    private func end(_ body: () throws(Failure) -> Void) throws(Interrupted) {
        do throws(Failure) { try body() } catch { throw Interrupted(failure: error) }
    }

    /// Answers requests in a transaction, `begin` first.
    ///
    /// - Returns: How it ended, and the first failure of a request that may have written.
    private func converse(
        _ transaction: ReadTransaction, _ first: Frame, _ mode: Mode, _ idle: Int64
    ) -> (Ending, Failure?) {
        var poison: Failure?
        var pieces = (try? Reply.value(Self.open(mode)).answer(to: first.id, room: room)) ?? []
        do throws(Failure) {
            while true {
                let isRead = try output.write(
                    Self.line(pieces), until: Ambient.monotonic() + idle)
                guard isRead else {
                    return (.lost(Self.late("its answers were not read", idle)), nil)
                }
                secret = nil
                switch try input.next(until: Ambient.monotonic() + idle) {
                case .end: return (.input, nil)
                case .nothing: return (.lost(Self.late("there was no request", idle)), nil)
                case .tooLong: return (.broken(Self.rolledBack(Self.tooLong)), nil)
                case .frame: break
                }
                let frame: Frame
                switch take() {
                case .failure(let failure): return (.broken(Self.rolledBack(failure)), nil)
                case .success(let taken): frame = taken
                }
                if let ending = Self.ending(frame) { return (ending, poison) }
                do {
                    let reply = try perform(frame, in: transaction, poison)
                    pieces = try reply.answer(to: frame.id, room: room)
                } catch {
                    pieces = Self.failed(error, to: frame.id)
                    let isHarmless = frame.isReading || mode == .read
                    if poison == nil, !isHarmless {
                        poison = (error as? BatchFailure)?.failure ?? .from(error)
                    }
                }
            }
        } catch { return (.stream(error), nil) }
    }

    private static func ending(_ frame: Frame) -> Ending? {
        guard let action = try? frame.checked() else { return nil }
        return switch action.work {
        case .commit: .commit(frame)
        case .rollback: .rollback(frame)
        case .lock: .lock(frame)
        default: nil
        }
    }

    private static func late(_ what: String, _ idle: Int64) -> Failure {
        Failure(
            VaultError(
                .timeLimit,
                "the transaction was rolled back: \(what) for \(idle) milliseconds; "
                    + "say rollback to go on"))
    }

    private static func rolledBack(_ failure: Failure) -> Failure {
        failure.adding("the transaction was rolled back; say rollback to go on")
    }

    /// Does one thing in a transaction that is open.
    private func perform(
        _ frame: Frame, in transaction: ReadTransaction, _ poison: Failure?
    ) throws -> Reply {
        let action = try frame.checked()
        if !frame.isReading, let poison { throw poison }
        switch action.work {
        case .anywhere(let run): return try run(self)(transaction, frame.members)
        case .batch: return try batch(try requests(of: frame), in: transaction)
        case .begin: throw Failure.usage("a transaction is open already")
        case .outside: throw Failure.usage("that is not possible inside a transaction")
        default: return try step(action, frame.members, in: transaction)
        }
    }

    /// Reads or writes in a transaction that is open.
    internal func step(
        _ action: Action, _ members: Members, in transaction: ReadTransaction
    ) throws -> Reply {
        if case .reading(let run) = action.work { return try run(self)(transaction, members) }
        guard let transaction = transaction as? WriteTransaction else {
            throw Failure.usage("the transaction only reads")
        }
        switch action.work {
        case .writing(let run): return try run(self)(transaction, members)
        case .importing: return try importFiles(members) { try transaction.importFiles($0) }
        default: throw Failure.usage("that is not possible inside a transaction")
        }
    }
}
