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
