internal import CofferBytes
internal import CofferKeys
internal import CofferStore
internal import Synchronization

/// Changes keys of a vault in the background of a program that goes on using it.
///
/// Each rotation has a thread and a connection of its own, so the vault reads and writes meanwhile,
/// and so do other programs. What was opened before goes on working after it.
///
/// ```swift
/// let service = RotationService(vault)
/// for try await step in try service.rotate(.data) {
///     print("\(step.done) of \(step.total)")
///     if let result = step.result { print("\(result.moved) rows are under new keys") }
/// }
/// ```
public struct RotationService: Sendable {
    private let vault: Vault

    /// Looks after the keys of an unlocked vault.
    public init(_ vault: Vault) { self.vault = vault }

    /// How far a rotation is.
    public struct Step: Sendable {
        /// The rows looked at so far.
        public let done: UInt64
        /// How many there are.
        public let total: UInt64
        /// What was done; nil before the last step.
        public let result: Vault.KeyRotation?
    }

    /// The steps of a rotation; the last one has the result.
    ///
    /// Whoever stops looking at them, or whose task is cancelled, pauses the rotation: it goes on
    /// at the next one of its kind, or with ``RotationService/resume()``.
    public struct Steps: AsyncSequence, Sendable {
        fileprivate let stream: AsyncThrowingStream<Step, any Error>

        /// Gives one step after the other.
        public struct Iterator: AsyncIteratorProtocol {
            fileprivate var base: AsyncThrowingStream<Step, any Error>.Iterator

            /// The next step; nil after the last one, and when the task was cancelled.
            ///
            /// - Throws: As ``Vault/rotateKeys(_:skippingDamaged:progress:)``.
            public mutating func next(
                isolation actor: isolated (any Actor)? = #isolation
            ) async throws -> Step? { try await base.next(isolation: actor) }
        }

        /// Begins to give the steps; there is one who is given them.
        public func makeAsyncIterator() -> Iterator { Iterator(base: stream.makeAsyncIterator()) }
    }

    /// Starts a rotation, or goes on with the one of its kind that is under way.
    ///
    /// - Parameters:
    ///   - kind: Which keys are changed.
    ///   - skipsDamaged: Whether rows that do not open are passed over; their keys then stay.
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/older``, and what opening the vault
    ///   again throws; what the rotation throws comes with its steps.
    public func rotate(
        _ kind: Vault.KeyRotationKind, skippingDamaged skipsDamaged: Bool = false
    ) throws(VaultError) -> Steps {
        let other = try vault.beside()
        let isCancelled = Flag()
        let (stream, continuation) = AsyncThrowingStream<Step, any Error>.makeStream(
            bufferingPolicy: .bufferingNewest(64))
        continuation.onTermination = { _ in isCancelled.raise() }
        let hasStarted = WorkThread.start {
            do throws(VaultError) {
                var last: (UInt64, UInt64) = (0, 0)
                let result = try other.rotateKeys(kind, skippingDamaged: skipsDamaged) {
                    guard !isCancelled.isRaised else { throw VaultError.paused }
                    last = ($0, $1)
                    continuation.yield(Step(done: $0, total: $1, result: nil))
                }
                continuation.yield(Step(done: last.1, total: last.1, result: result))
                continuation.finish()
            } catch { continuation.finish(throwing: error) }
            other.lock()
        }
        guard hasStarted else {
            throw VaultError(.unexpected, "the system gives no thread for the rotation")
        }
        return Steps(stream: stream)
    }

    /// Goes on with the rotation that is under way; nil without one.
    ///
    /// - Throws: As ``rotate(_:skippingDamaged:)``, and ``VaultError/Code/damaged`` where its plan
    ///   does not verify.
    public func resume() throws(VaultError) -> Steps? {
        guard let kind = try vault.keyRotationUnderWay() else { return nil }
        return try rotate(kind)
    }
}

extension VaultError {
    fileprivate static var paused: VaultError {
        VaultError(.cancelled, "the rotation is paused; it goes on with the next one")
    }
}

/// Raised by one thread, looked at by another.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .relaxed) }

    func raise() { value.store(true, ordering: .relaxed) }
}

extension Vault {
    /// Another vault on the same files, unlocked as this one is.
    fileprivate func beside() throws(VaultError) -> Vault {
        let other = try Vault(at: path, in: surroundings)
        try holding {
            let root = try store.frame().keyring.root
            try other.store.unlock(root: root)
        }
        return other
    }
}
