internal import Coffer

/// Why a command did not do what was asked.
internal struct Failure: Error {
    /// The word that programs branch on, such as `wrong-password`.
    internal let code: String
    /// What happened and what to do, for people.
    internal let message: String
    /// The exit status.
    internal let status: ExitStatus
    /// Whether nothing is said: whoever read our output has gone.
    internal var isSilent: Bool { code == Self.closedPipe.code }

    /// Makes a failure.
    internal init(_ code: String, _ message: String, _ status: ExitStatus) {
        self.code = code
        self.message = message
        self.status = status
    }

    /// A failure of the library.
    internal init(_ error: VaultError) {
        self.init(error.code.description, error.message, Self.status(of: error.code))
    }

    /// A command line that makes no sense.
    internal static func usage(_ message: String) -> Failure {
        Failure("usage", message, .usage)
    }

    /// Input that is not valid.
    internal static func invalid(_ message: String) -> Failure {
        Failure("invalid", message, .invalid)
    }

    /// The disk or the system failed.
    ///
    /// A path that leads nowhere is `no-file`, in the words that the library has for it.
    internal static func storage(_ what: String, _ error: SystemError) -> Failure {
        guard !error.isMissing else {
            return Failure("no-file", "\(what): there is no such file or folder", .notFound)
        }
        return Failure(
            error.isFull ? "full" : "storage", "\(what): \(error.text)", .storage)
    }

    /// The failure with something more to know about it.
    internal func adding(_ remark: String?) -> Failure {
        remark.map { Failure(code, "\(message); \($0)", status) } ?? self
    }

    /// Whoever read our output has gone; nobody is left to be told.
    internal static let closedPipe = Failure("closed-pipe", "the output was closed", .failed)

    /// Whatever was thrown.
    internal static func from(_ error: any Error) -> Failure {
        switch error {
        case let error as Failure: error
        case let error as VaultError: Failure(error)
        default: Failure("unexpected", "something failed that should not have", .failed)
        }
    }
}

extension Failure {
    /// A record without a field of that name.
    internal static func noField(_ name: String) -> Failure {
        Failure("no-field", "the record has no field \(name)", .notFound)
    }

    /// A record without a version of that number.
    internal static func noVersion(_ number: some BinaryInteger) -> Failure {
        Failure("no-version", "version \(number) is not kept", .notFound)
    }

    /// What programs are told, in one line.
    internal var members: [(String, JSONOutput)] {
        [("code", .text(code)), ("message", .text(line))]
    }

    /// The message as one line: a heading keeps its colon, the rest is parted by `; `.
    internal var line: String {
        var result = ""
        for line in message.split(separator: "\n") {
            if !result.isEmpty { result += result.hasSuffix(":") ? " " : "; " }
            result += line
        }
        return result
    }

    private static func status(of code: VaultError.Code) -> ExitStatus {
        switch code {
        case .usage, .statement: .usage
        case .wrongPassword, .locked: .locked
        case .noVault, .noCollection, .noRecord, .noFile, .nothingToUndo, .noBundle,
            .noSlot:
            .notFound
        case .exists, .versionConflict, .notUnique, .referenced, .busy, .lastSlot: .conflict
        case .damaged, .older, .changedUnderneath, .refusedLimit, .newerFormat, .untrusted,
            .foreign, .brokenChain:
            .damaged
        case .cancelled: .interrupted
        case .invalid, .brokenReference: .invalid
        case .full, .storage, .readOnly: .storage
        default: .failed
        }
    }
}
