internal import CofferBytes
internal import CofferFormat

/// What the parts of files are bound to when they are sealed (`Docs/Format.md`, section 20).
internal enum ChunkContext {
    /// The row of a chunk.
    static func row(_ vault: Identifier, _ name: [UInt8], _ number: UInt32) -> [UInt8] {
        SealContext.make("coffer/v1/chunk", vault.bytes, name, number.bigEndianBytes)
    }

    /// The bytes of a chunk in a pack.
    static func piece(_ vault: Identifier, _ name: [UInt8]) -> [UInt8] {
        SealContext.make("coffer/v1/piece", vault.bytes, name)
    }

    /// The row of a pack.
    static func pack(_ vault: Identifier, _ pack: Int64, _ number: UInt32) -> [UInt8] {
        SealContext.make(
            "coffer/v1/pack", vault.bytes, pack.bigEndianBytes, number.bigEndianBytes)
    }

    /// The head of a batch.
    static func head(_ vault: Identifier, _ pack: Identifier, _ offset: UInt64) -> [UInt8] {
        SealContext.make("coffer/v1/batch", vault.bytes, pack.bytes, offset.bigEndianBytes)
    }

    /// The table of a batch.
    static func table(_ vault: Identifier, _ pack: Identifier, _ offset: UInt64) -> [UInt8] {
        SealContext.make("coffer/v1/batch-table", vault.bytes, pack.bytes, offset.bigEndianBytes)
    }
}
