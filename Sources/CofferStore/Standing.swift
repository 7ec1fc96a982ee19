package import CofferBytes

/// How this copy of a vault stands to what this machine has seen of it.
package enum Standing: Equatable, Sendable {
    /// It is the newest that this machine knows of.
    case current
    /// The epoch went up since the last time: a restore, a rotation or an accepted older copy.
    case newEpoch(reason: UInt8)
    /// It is older: `behind` generations, when the epoch is the same.
    case older(behind: UInt64?, remembered: Int64)
    /// It has the generation that is remembered, but another content.
    case forked
    /// The audit log does not hold the entry that was last seen.
    case auditForked
    /// Changes that a device had written are missing.
    case missingChanges(device: Identifier)
    /// The path held another copy (instance) of this vault before.
    case otherInstance

    /// Whether reading and writing may go on without a word.
    package var isCurrent: Bool {
        switch self {
        case .current, .newEpoch: true
        default: false
        }
    }
}
