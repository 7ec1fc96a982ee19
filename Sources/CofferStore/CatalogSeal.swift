internal import CofferBytes
internal import CofferFormat

/// What a catalog row is bound to (`Docs/Format.md`, section 8).
internal enum CatalogSeal {
    static func context(_ vault: Identifier, _ number: UInt32, _ version: UInt32) -> [UInt8] {
        SealContext.make(
            "coffer/v1/catalog", vault.bytes, number.bigEndianBytes, version.bigEndianBytes)
    }
}
