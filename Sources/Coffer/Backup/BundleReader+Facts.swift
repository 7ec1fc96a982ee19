internal import CofferBundles
internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat

extension BundleReader {
    /// How many passwords, alone or with a keyfile, and recovery keys open it.
    internal var slotKinds: (passwords: Int, recoveryKeys: Int) {
        let kinds = keyring.slots.compactMap { try? SlotRow(parsing: $0.bytes).kind }
        return (kinds.count { $0.hashesPassword }, kinds.count { $0 == .recovery })
    }
}
