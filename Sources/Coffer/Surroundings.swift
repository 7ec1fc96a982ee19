internal import CofferBytes
internal import CofferCrypto
internal import CofferStore

/// What a vault needs to know of the world around: clocks and the user's state directory.
///
/// Nothing in the library reads the environment or a clock by itself.
public struct Surroundings: Sendable {
    /// Where to remember the newest state of each vault; nil to remember nothing.
    public var stateDirectory: String?
    /// The wall clock, in milliseconds since 1970.
    public var now: @Sendable () -> Int64
    /// A clock that goes on in suspension and that nobody can set, in milliseconds.
    public var bootTime: @Sendable () -> UInt64
    /// The kernel's id of this boot, as a UUID; nil where there is none, then nothing is cached.
    public var bootID: String?
    /// Whether a copy that is older than one seen before may be read.
    public var allowsOlder: Bool

    /// Puts the surroundings together.
    public init(
        stateDirectory: String?, now: @escaping @Sendable () -> Int64,
        bootTime: @escaping @Sendable () -> UInt64, bootID: String?, allowsOlder: Bool = false
    ) {
        self.stateDirectory = stateDirectory
        self.now = now
        self.bootTime = bootTime
        self.bootID = bootID
        self.allowsOlder = allowsOlder
    }

    internal var environment: Environment {
        Environment(
            now: now, randomness: .system, stateDirectory: stateDirectory,
            allowsOlder: allowsOlder)
    }
}
