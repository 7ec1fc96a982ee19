/// What a command line asks for.
package enum Request: Hashable, Sendable {
    /// Run a command.
    case run(Invocation)

    /// Show the help of a command; `isExplicit` is false where a subcommand was left out.
    case help(path: [String], isExplicit: Bool)

    /// Answer the standalone flag of this name (`version`).
    case standalone(String)
}
