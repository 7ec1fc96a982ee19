/// A question for words that only the program can find.
package struct DynamicCompletion: Sendable {
    /// The name from the hint (`collection`, `vault`).
    package let name: String

    /// What has been typed of the word.
    package let prefix: String

    /// What has been typed before it, unchecked: a required argument may be missing.
    ///
    /// Values are unquoted by the shell but otherwise as typed; a leading `~/` is not expanded.
    package let invocation: Invocation
}
