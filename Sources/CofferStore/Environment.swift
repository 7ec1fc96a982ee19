internal import CofferBytes
package import CofferCrypto

/// What a store needs of the world: clocks, randomness and the user's state directory.
package struct Environment: Sendable {
    /// The wall clock, in milliseconds since 1970.
    package let now: @Sendable () -> Int64
    /// Where salts, nonces and keys come from.
    package let randomness: Randomness
    /// The user's state directory for Coffer; nil to remember nothing.
    package let stateDirectory: String?
    /// Whether an older copy may be read.
    package var allowsOlder: Bool

    /// Puts an environment together.
    package init(
        now: @escaping @Sendable () -> Int64, randomness: Randomness, stateDirectory: String?,
        allowsOlder: Bool = false
    ) {
        self.now = now
        self.randomness = randomness
        self.stateDirectory = stateDirectory
        self.allowsOlder = allowsOlder
    }
}
