package import CofferBytes
internal import CofferFormat

/// What a catalog row is bound to (`Docs/Format.md`, section 8).
package enum CatalogSeal {
    /// The context of one version of a definition.
    package static func context(
        _ vault: Identifier, _ number: UInt32, _ version: UInt32
    ) -> [UInt8] {
        SealContext.make(
            "coffer/v1/catalog", vault.bytes, number.bigEndianBytes, version.bigEndianBytes)
    }
}
