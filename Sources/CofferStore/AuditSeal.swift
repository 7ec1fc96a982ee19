package import CofferBytes
internal import CofferCrypto
internal import CofferFormat

/// How audit entries are sealed and chained (`Docs/Format.md`, section 12).
package enum AuditSeal {
    /// What an entry's seal is bound to.
    package static func context(_ vault: Identifier, _ number: UInt64) -> [UInt8] {
        SealContext.make("coffer/v1/audit", vault.bytes, number.bigEndianBytes)
    }

    /// The head of the chain after an entry, 32 bytes.
    package static func head(after previous: [UInt8], seal: [UInt8]) -> [UInt8] {
        SHA256.hash(SealContext.make("coffer/v1/audit-head", previous, seal).span)
    }
}
