/// What the program says to its caller by its exit status.
package enum ExitStatus: Int32, Sendable {
    /// What was asked for was done.
    case done = 0
    /// Something failed that should not have.
    case failed = 1
    /// The command line makes no sense.
    case usage = 2
    /// The vault is not unlocked, or the password is wrong.
    case locked = 3
    /// There is no such vault, collection or record.
    case notFound = 4
    /// Something else is there already, or came in between.
    case conflict = 5
    /// Something was damaged, tampered with, is older, or is not trusted.
    case damaged = 6
    /// The input is invalid.
    case invalid = 7
    /// The disk is full, failed or may not be used.
    case storage = 8
    /// Somebody pressed Ctrl-C: 128 and the signal's number, as shells have it.
    case interrupted = 130
}
