/// A program's commands as one value, from which parsing, help, completion and man pages come.
package struct CommandTree: Sendable {
    /// The program itself; its options are the global ones.
    package let root: Command

    /// The word after which a program is asked for completions by the scripts of this module.
    package static let completionCommand = "__complete"

    /// Makes a tree of a program.
    package init(_ root: Command) {
        self.root = root
    }
}

extension CommandTree {
    /// The commands from the root to the one that `path` names.
    ///
    /// A word that names nothing ends the chain, so the result always has the root.
    internal func chain(to path: [String]) -> [Command] {
        var chain = [root]
        var current = root
        for word in path {
            guard let next = current.subcommand(named: word) else { break }
            chain.append(next)
            current = next
        }
        return chain
    }

    /// The paths of all commands that help shows, parents first, the root's being empty.
    package var visiblePaths: [[String]] {
        func below(_ command: Command, at path: [String]) -> [[String]] {
            [path] + command.visibleSubcommands.flatMap { below($0, at: path + [$0.name]) }
        }
        return below(root, at: [])
    }
}

extension [Command] {
    /// The words that a user types to reach the last command of this chain.
    internal var spelling: String { map(\.name).joined(separator: " ") }

    /// Every option that is accepted at the end of this chain, nearest first.
    internal var optionsInScope: [Option] {
        reversed().flatMap(\.options) + [.help]
    }
}
