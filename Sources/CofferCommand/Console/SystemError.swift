internal import Glibc

/// An errno(3) and what it means.
internal struct SystemError: Error {
    /// The number.
    internal let number: Int32

    /// The error of the last system call.
    internal static var last: SystemError { SystemError(number: errno) }

    /// Whether there is no room.
    internal var isFull: Bool { number == ENOSPC || number == EDQUOT }

    /// Whether a path leads nowhere.
    internal var isMissing: Bool { number == ENOENT }

    /// The system's words, in small letters.
    internal var text: String {
        guard let words = unsafe strerror(number) else { return "error \(number)" }
        let text = unsafe String(cString: words)
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
