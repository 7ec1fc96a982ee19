package import CofferBytes
package import CofferCrypto
package import CofferFormat

/// Sealing and checking the roster (`Docs/Format.md`, section 5).
package enum RosterSeal {
    /// Seals a roster under the root.
    package static func seal(
        _ roster: Roster, root: RootKey, vault: Identifier, randomness: Randomness
    ) throws(KeysError) -> [UInt8] {
        do throws(CryptoError) {
            return try Cobblestone.sealSecret(
                roster.serialized(), under: root.sealing, context: context(root, vault),
                randomness: randomness)
        } catch { throw .crypto(error) }
    }

    /// Opens a roster.
    ///
    /// - Throws: `wrongSecret` when the root does not open it: a cached root of another time.
    ///   `damaged` when it opens and makes no sense.
    package static func open(
        _ sealed: [UInt8], root: RootKey, vault: Identifier
    ) throws(KeysError) -> Roster {
        let secret: SecretBytes
        do throws(CryptoError) {
            secret = try Cobblestone.openSecret(
                sealed, under: root.sealing, context: context(root, vault))
        } catch { throw .wrongSecret }
        do throws(ByteReader.Failure) {
            return try Roster(parsing: secret)
        } catch { throw .damaged("the list of slots") }
    }

    /// Compares the rows of `slot` with the roster, one to one.
    ///
    /// - Throws: `damaged` when a slot was added, removed, replaced or put back.
    package static func check(
        _ roster: Roster, against rows: [(number: UInt32, seal: [UInt8])],
        root: RootKey
    ) throws(KeysError) {
        guard rows.count == roster.entries.count else {
            throw .damaged("slots were added or removed")
        }
        for (row, entry) in zip(rows, roster.entries) {
            guard row.number == entry.number, SHA256.hash(row.seal.span) == entry.digest,
                let slot = try? SlotRow(parsing: row.seal), slot.slot == entry.slot,
                slot.kind == entry.kind, slot.publicKey == entry.publicKey, slot.root == root.id
            else { throw .damaged("slot \(row.number)") }
        }
    }

    private static func context(_ root: RootKey, _ vault: Identifier) -> [UInt8] {
        SealContext.make("coffer/v1/roster", vault.bytes, root.id.bytes)
    }
}
