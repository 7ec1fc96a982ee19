/// How a process ended, and what it said.
struct Outcome: Sendable {
    /// The exit status; the negative number of the signal where one ended it.
    let status: Int32
    let output: String
    let errors: String

    /// Whether the process was ended as if by `kill -9`.
    var isKilled: Bool { status == -9 }

    /// Whether what it said about its failure is one line of the program's own.
    var saysOneLine: Bool {
        errors.hasPrefix("coffer: ") && errors.hasSuffix("\n")
            && errors.split(separator: "\n", omittingEmptySubsequences: false).count == 2
    }
}
