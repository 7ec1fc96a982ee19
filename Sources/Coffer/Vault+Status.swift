internal import CofferFormat
internal import CofferStore

extension Vault {
    /// How a vault stands.
    public struct Status: Sendable {
        /// The vault's id.
        public let vault: String
        /// Its directory.
        public let path: String
        /// Whether its keys are at hand.
        public let isLocked: Bool
        /// Until when it is unlocked on this machine, in milliseconds since 1970.
        public let expires: Int64?
        /// The format's version.
        public let format: Int
        /// The epoch; nil while locked.
        public let epoch: UInt64?
        /// The number of write transactions so far; nil while locked.
        public let generation: UInt64?
        /// Whether this copy is not the newest that this machine has seen; nil while locked.
        public let isOlder: Bool?
        /// Since when maintenance waits for the vault to be unlocked, in milliseconds since 1970;
        /// nil where none does.
        public let dueSince: Int64?
        /// What else should be known, a line each.
        public let remarks: [String]
    }

    /// How the vault stands; less of it while it is locked.
    ///
    /// - Throws: ``VaultError/Code/damaged``, ``VaultError/Code/storage``.
    public func status() throws(VaultError) -> Status { try holding { statusInside() } }

    /// How the vault stands, for whoever is using it.
    internal func statusInside() -> Status {
        let state = try? store.state()
        var remarks = neighbours()
        if state != nil {
            if let news = newEpochInside() {
                remarks.append(news)
            } else if !store.standing.isCurrent {
                remarks.append(VaultError.describe(store.standing))
            }
        }
        if store.hasCompromisedSigner { remarks.append(Self.compromisedSignerRemark) }
        if store.memoryIsUnreliable {
            remarks.append(
                "what this machine remembers of older copies and compromised keys could not be "
                    + "read or kept")
        }
        return Status(
            vault: id, path: path, isLocked: state == nil, expires: unlockedUntil(),
            format: Int(store.header.format), epoch: state?.epoch,
            generation: state?.generation,
            isOlder: state.map { _ in !store.standing.isCurrent }, dueSince: store.dueSince(),
            remarks: remarks)
    }

    /// What was done to the unlocked vault elsewhere since this machine has seen it, where that was
    /// more than writing: a restore, a rotation, an older copy that was accepted; nil otherwise.
    ///
    /// - Throws: ``VaultError/Code/busy``.
    public func newEpoch() throws(VaultError) -> String? { try holding { newEpochInside() } }

    private func newEpochInside() -> String? {
        guard case .newEpoch(let reason) = store.standing else { return nil }
        return "this copy has a new epoch: \(Self.reason(reason))"
    }

    /// Makes this older copy the current one, on the record; the surroundings must allow older
    /// copies.
    ///
    /// - Throws: ``VaultError/Code/locked``, and as every write.
    public func acceptOlder() throws(VaultError) {
        try holding { try store.acceptOlder() }
    }

    private static func reason(_ code: UInt8) -> String {
        switch VaultState.EpochReason(rawValue: code) {
        case .created, .none: "made anew"
        case .acceptedOlder: "an older copy was accepted"
        case .restored: "it was restored from a backup"
        case .rotated: "its keys were rotated"
        case .repaired: "it was repaired"
        }
    }
}
