internal import Coffer

/// Answers requests on one vault until there are no more.
///
/// One thread does everything, in the order of the requests. While a transaction is open, the loop
/// runs inside of the library's closure: ``begin(_:)``.
internal final class Server {
    /// What the program was started with.
    internal let call: Call
    /// The vault.
    internal let vault: Vault
    /// Where requests come from.
    internal let input: FrameReader
    /// Where answers and events go.
    internal let output: AnswerWriter
    /// The wall clock, in milliseconds since 1970.
    internal let now: @Sendable () -> Int64
    /// The password of the request that is being answered.
    internal var secret: Secret?
    /// What is wrong with that password.
    internal var secretFault: Failure?
    /// How long the answer to the request may be from here on.
    internal var room = ServeLimits.answer
    /// Why the transaction that the client believes in is gone; nil once it knows.
    internal var lost: Failure?
    /// What was exported and is not on the audit log yet.
    internal var exported: [(collections: [String], records: Int)] = []
    /// What the client wants to be told as it happens.
    internal var subscription: Subscription?
    /// The kernel's key, where the vault is locked when that goes.
    internal var keptKey: KeptKey?
    /// The input has ended inside of a transaction.
    internal var isOver = false

    /// Serves a vault.
    internal init(_ call: Call, _ vault: Vault, _ input: FrameReader, _ output: AnswerWriter) {
        self.call = call
        self.vault = vault
        self.input = input
        self.output = output
        now = call.surroundings.now
    }

    /// Answers until the input ends.
    ///
    /// - Throws: `closedPipe` when nobody reads the answers, `storage` when a stream fails.
    internal func run() throws(Failure) {
        while !isOver {
            try watch()
            switch try input.next(until: nextWatch) {
            case .end: return
            case .nothing: continue
            case .tooLong: try tell(Self.tooLong, to: Frame.noID)
            case .frame:
                switch take() {
                case .failure(let failure): try tell(failure, to: Frame.noID)
                case .success(let frame): try answer(frame)
                }
            }
            secret = nil
            recordExports()
        }
    }
}

extension Server {
    /// What is said of a line that is too long.
    internal static let tooLong = Failure.invalid(
        "a request has at most \(ServeLimits.frame) bytes; this one was passed over")

    /// Reads the line that has come: a request, or why it is none.
    internal func take() -> Result<Frame, Failure> {
        room = ServeLimits.answer
        return unsafe input.withFrame { bytes in
            var scan = unsafe FrameScan(bytes)
            secret = scan.secret.take()
            secretFault = scan.fault
            guard scan.values <= ServeLimits.values else {
                return .failure(
                    .invalid("a request has at most \(ServeLimits.values) values"))
            }
            do throws(VaultError) {
                let span = unsafe Span<UInt8>(_unsafeBytes: UnsafeRawBufferPointer(bytes))
                let value = try JSONInput(span)
                return Result { () throws(Failure) in try Frame(value) }
            } catch {
                return .failure(.invalid("a request is one line of JSON: \(error.message)"))
            }
        }
    }

    /// Answers a request outside of any transaction.
    private func answer(_ frame: Frame) throws(Failure) {
        do {
            let action = try frame.checked()
            switch action.work {
            case .rollback where lost != nil, .commit where lost != nil:
                let failure = lost
                lost = nil
                if case .commit = action.work, let failure { throw failure }
                return try tell(.value(Self.open(nil)), to: frame.id)
            case .commit, .rollback: throw Failure.usage("no transaction is open")
            case .lock: return try tell(lock(), to: frame.id)
            case .anywhere(let run): return try tell(run(self)(nil, frame.members), to: frame.id)
            default: if let lost { throw lost }
            }
            checkKey()
            // Own commits move no mark, so that it must be looked at once more.
            defer { subscription?.mark = nil }
            if case .begin = action.work { return try begin(frame) }
            try tell(perform(frame, action), to: frame.id)
        } catch let error as Interrupted {
            throw error.failure
        } catch {
            try tell(error, to: frame.id)
        }
    }

    /// Does one thing in a transaction of its own.
    private func perform(_ frame: Frame, _ action: Action) throws -> Reply {
        let members = frame.members
        switch action.work {
        case .reading(let run): return try vault.read { try run(self)($0, members) }
        case .writing(let run): return try vault.write { try run(self)($0, members) }
        case .anywhere(let run): return try run(self)(nil, members)
        case .outside(let run): return try run(self)(members)
        case .importing:
            return try importFiles(members) {
                try vault.importFiles($0, progress: { _, _ in })
            }
        case .batch:
            let frames = try requests(of: frame)
            guard !frames.allSatisfy(\.isReading) else {
                return try vault.read { try batch(frames, in: $0) }
            }
            return try vault.write { try batch(frames, in: $0) }
        case .begin, .commit, .rollback, .lock: throw Failure.usage("not here")
        }
    }
}

extension Server {
    /// The stream to the client or from it has failed, which no answer can tell.
    internal struct Interrupted: Error {
        /// What happened to it.
        internal let failure: Failure
    }

    /// Writes an answer; the result of a request outside of a transaction.
    private func tell(_ reply: Reply, to id: [UInt8]) throws {
        let pieces = try reply.answer(to: id, room: room)
        do throws(Failure) { try write(pieces) } catch { throw Interrupted(failure: error) }
    }

    /// Writes the answer to a request that failed.
    internal func tell(_ error: any Error, to id: [UInt8]) throws(Failure) {
        try write(Self.failed(error, to: id))
    }

    /// The answer to a request that failed.
    internal static func failed(_ error: any Error, to id: [UInt8]) -> [[UInt8]] {
        if let error = error as? BatchFailure {
            return Reply.failure(error.failure, at: error.index, to: id)
        }
        return Reply.failure(.from(error), to: id)
    }

    private func write(_ pieces: [[UInt8]]) throws(Failure) {
        _ = try output.write(Self.line(pieces))
    }

    /// Pieces as a line; short ones in one piece.
    internal static func line(_ pieces: [[UInt8]]) -> [[UInt8]] {
        let whole = pieces + [[10]]
        guard pieces.reduce(0, { $0 + $1.count }) < 65_536 else { return whole }
        return [Array(whole.joined())]
    }
}
