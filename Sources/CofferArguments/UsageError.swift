/// A command line that cannot be understood, told in one line that says what to do.
///
/// The message names commands and options, made visible and cut short; it never repeats a value
/// or an argument, because those may be private.
package struct UsageError: Error, Hashable, Sendable {
    /// What was wrong.
    package let kind: Kind

    /// The command that was being read.
    package let path: [String]

    /// What was wrong and what to do, one line without a final newline.
    package let message: String
}

extension UsageError {
    /// What was wrong with a command line.
    package enum Kind: Hashable, Sendable {
        /// No command has this name here.
        case unknownCommand
        /// The command and those above it have no option of this name.
        case unknownOption
        /// An option that needs a value stands without one.
        case missingValue
        /// A flag was given a value.
        case unexpectedValue
        /// An option that may stand once was given again.
        case repeatedOption
        /// A value is not in the closed list.
        case notAChoice
        /// A required argument is missing.
        case missingArgument
        /// There are more arguments than the command takes.
        case extraArgument
    }
}
