/// A command with the options and arguments it was given.
///
/// Look-ups are by canonical long name. Asking for a name that the command does not declare is a
/// mistake in the program: it traps in debug builds and finds nothing in release builds.
package struct Invocation: Hashable, Sendable {
    /// The names of the command from the first below the root (`["key", "list"]`).
    package let path: [String]

    /// All positional words in their order.
    package let arguments: [String]

    private let counts: [String: Int]
    private let givenValues: [String: [String]]
    private let slots: [String: [String]]
    private let declaredOptions: Set<String>

    /// Gives `arguments` to the names that the last command of `chain` declares.
    internal init(
        path: [String], arguments: [String], counts: [String: Int], values: [String: [String]],
        chain: [Command]
    ) {
        self.path = path
        self.arguments = arguments
        self.counts = counts
        self.givenValues = values
        self.declaredOptions = Set(chain.optionsInScope.map(\.name))
        var slots: [String: [String]] = [:]
        var rest = arguments[...]
        for argument in chain.last?.arguments ?? [] {
            slots[argument.name] = Array(argument.isVariadic ? rest : rest.prefix(1))
            rest = argument.isVariadic ? [] : rest.dropFirst()
        }
        self.slots = slots
    }
}

extension Invocation {
    /// Whether the command accepts the option `name`, for code that serves several commands.
    package func declares(_ name: String) -> Bool { declaredOptions.contains(name) }

    /// Whether the flag or option was given at all.
    package func flag(_ name: String) -> Bool { count(name) > 0 }

    /// How many times the flag or option was given.
    package func count(_ name: String) -> Int {
        assert(declares(name), "No option '\(name)' is declared here")
        return counts[name] ?? 0
    }

    /// The last value given to the option, or `nil` when it was not given.
    package func value(_ name: String) -> String? { values(name).last }

    /// All values given to the option, in their order.
    package func values(_ name: String) -> [String] {
        assert(declares(name), "No option '\(name)' is declared here")
        return givenValues[name] ?? []
    }

    /// The first word given for the argument, or `nil` when there is none.
    package func argument(_ name: String) -> String? { argumentList(name).first }

    /// All words given for the argument, in their order.
    package func argumentList(_ name: String) -> [String] {
        assert(slots[name] != nil, "No argument '\(name)' is declared here")
        return slots[name] ?? []
    }
}
