/// A flag or an option with a value, written `--name`, `--name=value`, `-n` or `-nVALUE`.
package struct Option: Hashable, Sendable {
    /// The long names without dashes; the first is the one that results are kept under.
    package let names: [String]

    /// One ASCII letter for the form `-n`.
    package let short: Character?

    /// What takes or does not take a value.
    package let kind: Kind

    /// What the option does, in one line of prose without a final full stop.
    package let help: String

    /// Whether the option may be given more than once.
    package let isRepeatable: Bool

    /// Whether help, completion and man pages leave the option out.
    package let isHidden: Bool

    private init(
        names: [String], short: Character?, kind: Kind, help: String, isRepeatable: Bool,
        isHidden: Bool
    ) {
        self.names = names
        self.short = short
        self.kind = kind
        self.help = help
        self.isRepeatable = isRepeatable
        self.isHidden = isHidden
    }
}

extension Option {
    /// Whether an option takes a value.
    package enum Kind: Hashable, Sendable {
        /// Given or not given.
        case flag

        /// A flag that answers by itself, whatever else is missing (`--version`).
        case standalone

        /// Takes one value, shown as `placeholder` in help.
        case value(placeholder: String, completion: CompletionHint)
    }

    /// A flag that is given or not; a repeatable one is counted.
    package static func flag(
        _ name: String, short: Character? = nil, aliases: [String] = [],
        isRepeatable: Bool = false, isHidden: Bool = false, help: String
    ) -> Option {
        Option(
            names: [name] + aliases, short: short, kind: .flag, help: help,
            isRepeatable: isRepeatable, isHidden: isHidden)
    }

    /// A flag that needs no command and no arguments beside it.
    package static func standalone(
        _ name: String, short: Character? = nil, aliases: [String] = [], help: String
    ) -> Option {
        Option(
            names: [name] + aliases, short: short, kind: .standalone, help: help,
            isRepeatable: true, isHidden: false)
    }

    /// An option that takes one value each time it is given.
    package static func value(
        _ name: String, short: Character? = nil, aliases: [String] = [],
        placeholder: String, completion: CompletionHint = .nothing,
        isRepeatable: Bool = false, isHidden: Bool = false, help: String
    ) -> Option {
        Option(
            names: [name] + aliases, short: short,
            kind: .value(placeholder: placeholder, completion: completion), help: help,
            isRepeatable: isRepeatable, isHidden: isHidden)
    }

    /// The option that every command has without declaring it.
    package static let help = Option(
        names: ["help"], short: "h", kind: .flag, help: "Show this help", isRepeatable: true,
        isHidden: false)
}

extension Option {
    /// The name that results are kept under.
    package var name: String { names.first ?? "" }

    /// The word that stands for the value in help, or `nil` for a flag.
    package var placeholder: String? {
        if case .value(let placeholder, _) = kind { return placeholder }
        return nil
    }

    /// What may be offered for the value; nothing for a flag.
    package var completion: CompletionHint {
        if case .value(_, let completion) = kind { return completion }
        return .nothing
    }

    /// Whether the option takes a value.
    package var takesValue: Bool { placeholder != nil }

    /// How the option is written with its long name (`--vault PATH`).
    internal var longForm: String {
        placeholder.map { "--\(name) \($0)" } ?? "--\(name)"
    }
}
