/// What a shell may offer where a value or an argument is due.
package enum CompletionHint: Hashable, Sendable {
    /// Nothing is known about the value, so nothing is offered.
    case nothing

    /// The path of a file, listed by the shell.
    case file

    /// The path of a directory, listed by the shell.
    case directory

    /// A closed list: the parser refuses every other value.
    case choices([String])

    /// An open list: offered, and any other value is as good.
    case suggestions([String])

    /// Words that only the program can find, asked for by this name (`collection`, `vault`).
    case dynamic(String)

    /// Names or paths: the words asked for by this name, and the shell's own list of files.
    case dynamicOrFile(String)
}

extension CompletionHint {
    /// The closed list, or `nil` when any value is accepted.
    package var closedList: [String]? {
        if case .choices(let choices) = self { return choices }
        return nil
    }
}
