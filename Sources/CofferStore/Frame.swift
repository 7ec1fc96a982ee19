internal import CofferBytes
package import CofferCrypto
package import CofferFormat
package import CofferKeys

/// What stands firm between changes of keys and definitions: the keyring, the keys that were
/// expanded from it, and the catalog.
package struct Frame: Sendable {
    /// Tells this frame from every other one: whoever has made something of it may keep that
    /// while it is the same.
    package final class Identity: Sendable {}

    /// Which frame it is.
    package let identity = Identity()
    /// Every key that is nobody's.
    package let keyring: Keyring
    /// The collections.
    package let catalog: Catalog
    /// Seals the state.
    internal let stateKey: SealingKey
    /// Authenticates rows for the sums, and the state's digest.
    internal let stateMAC: MACKey
    /// Seals catalog rows and tombstones.
    package let catalogKey: SealingKey
    /// Seals audit entries.
    package let auditKey: SealingKey

    /// The keys that rows may still be under which do not name theirs, the active one first.
    private let catalogKeys: [(number: UInt32, key: SealingKey)]
    private let auditKeys: [(number: UInt32, key: SealingKey)]

    /// What seals rows that do not name their key.
    package enum Unnamed {
        /// Tombstones and notes.
        case catalog
        /// Audit entries.
        case audit
    }

    /// Opens a row that does not name its key, under any key of its purpose; nil when it opens
    /// under none.
    ///
    /// Complexity: linear in the number of keys that are retiring.
    package func open(_ seal: [UInt8], _ purpose: Unnamed, context: [UInt8]) -> [UInt8]? {
        found(seal, purpose, context)?.plain
    }

    /// The number of the key that a row which does not name it opens under; nil for none.
    ///
    /// Complexity: linear in the number of keys that are retiring.
    package func number(
        ofKeyOpening seal: [UInt8], _ purpose: Unnamed, context: [UInt8]
    ) -> UInt32? {
        found(seal, purpose, context)?.number
    }

    private func found(
        _ seal: [UInt8], _ purpose: Unnamed, _ context: [UInt8]
    ) -> (number: UInt32, plain: [UInt8])? {
        for (number, key) in purpose == .catalog ? catalogKeys : auditKeys {
            if let plain = try? Cobblestone.open(seal, under: key, context: context) {
                return (number, plain)
            }
        }
        return nil
    }

    /// Takes the frame together from an opened keyring and catalog.
    internal init(keyring: Keyring, catalog: Catalog) throws {
        self.keyring = keyring
        self.catalog = catalog
        let state = try keyring.active(.state).expanded(
            "coffer/v1/state-keys", vault: keyring.vault)
        stateKey = state.sealing
        stateMAC = state.mac
        catalogKey = try keyring.active(.catalog).sealingKey()
        auditKey = try keyring.active(.audit).sealingKey()
        catalogKeys = keyring.opening(.catalog).map { ($0.number, $0.sealingKey()) }
        auditKeys = keyring.opening(.audit).map { ($0.number, $0.sealingKey()) }
    }

    /// The same keys with another catalog.
    internal func with(_ catalog: Catalog) throws -> Frame {
        try Frame(keyring: keyring, catalog: catalog)
    }

    /// The code of a row, which enters or leaves a sum.
    package func code(
        _ table: RowTable, collection: UInt32 = 0, key: [UInt8], seal: [UInt8]
    ) -> [UInt8] {
        stateMAC.code(table.message(collection: collection, key: key, seal: seal).span)
    }

    /// The first 16 bytes of HMAC(state MAC key, `memory` ‖ state).
    internal func digest(of state: [UInt8]) -> [UInt8] {
        Array(stateMAC.code((Array("memory".utf8) + state).span).prefix(16))
    }
}
