/// A word that a command takes by its position.
package struct Argument: Hashable, Sendable {
    /// The name that results are kept under.
    package let name: String

    /// The word that stands for the argument in help.
    package let placeholder: String

    /// How many words the argument takes.
    package let arity: Arity

    /// What may be offered at this place.
    package let completion: CompletionHint

    /// What the argument means, in one line of prose without a final full stop.
    package let help: String

    /// Declares an argument; its placeholder is the name in capitals unless another is given.
    package init(
        _ name: String, placeholder: String? = nil, arity: Arity = .required,
        completion: CompletionHint = .nothing, help: String
    ) {
        self.name = name
        self.placeholder = placeholder ?? name.uppercased()
        self.arity = arity
        self.completion = completion
        self.help = help
    }
}

extension Argument {
    /// How many words an argument takes.
    package enum Arity: Hashable, Sendable {
        /// Exactly one.
        case required
        /// One or none.
        case optional
        /// Any number.
        case zeroOrMore
        /// At least one.
        case oneOrMore
    }

    /// Whether the command is refused without a word for this argument.
    package var isRequired: Bool { arity == .required || arity == .oneOrMore }

    /// Whether the argument takes every word that is left.
    package var isVariadic: Bool { arity == .zeroOrMore || arity == .oneOrMore }

    /// How the argument is written in a usage line.
    internal var usage: String {
        switch arity {
        case .required: placeholder
        case .optional: "[\(placeholder)]"
        case .zeroOrMore: "[\(placeholder)...]"
        case .oneOrMore: "\(placeholder)..."
        }
    }
}
