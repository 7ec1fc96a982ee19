package import CofferBytes
internal import CofferCrypto
package import CofferFormat
internal import CofferKeys

/// What the note of an older version is bound to (`Docs/Format.md`, section 11).
package enum HistorySeal {
    /// The context of a note.
    package static func context(
        _ vault: Identifier, _ collection: UInt32, _ number: UInt64
    ) -> [UInt8] {
        SealContext.make(
            "coffer/v1/note", vault.bytes, collection.bigEndianBytes, number.bigEndianBytes)
    }

    /// Opens a note and compares it with the seal of its row; nil when it does not verify.
    package static func open(
        _ note: [UInt8], number: UInt64, collection: UInt32, seal: [UInt8], frame: Frame
    ) -> HistoryNote? {
        guard
            let plain = frame.open(
                note, .catalog, context: context(frame.keyring.vault, collection, number)),
            let opened = try? HistoryNote(parsing: plain),
            opened.digest == SHA256.hash(seal)
        else { return nil }
        return opened
    }
}
