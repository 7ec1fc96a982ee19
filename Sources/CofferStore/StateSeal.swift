internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys

/// Sealing and opening the state (`Docs/Format.md`, section 7).
internal enum StateSeal {
    /// The size of the digest in front of the sealed state.
    static let digestSize = 16

    /// `meta` row 1 for a state.
    static func seal(
        _ state: VaultState, frame: Frame, randomness: Randomness
    ) throws -> [UInt8] {
        let bytes = state.bytes
        guard bytes.count <= VaultState.sizeLimit else { throw StoreError.exhausted("collections") }
        return frame.digest(of: bytes)
            + (try Cobblestone.seal(
                bytes, under: frame.stateKey, context: context(frame), randomness: randomness))
    }

    /// The state in `meta` row 1.
    ///
    /// - Throws: `damaged` when it does not open, its digest differs, or it makes no sense.
    static func open(_ row: [UInt8], frame: Frame) throws -> VaultState {
        guard row.count > digestSize else { throw StoreError.damaged("the state") }
        let bytes: [UInt8]
        do {
            bytes = try Cobblestone.open(
                Array(row.dropFirst(digestSize)), under: frame.stateKey, context: context(frame))
        } catch { throw StoreError.damaged("the state") }
        guard frame.digest(of: bytes).elementsEqual(row.prefix(digestSize)) else {
            throw StoreError.damaged("the state's digest")
        }
        guard let state = try? VaultState(parsing: bytes) else {
            throw StoreError.damaged("the state")
        }
        return state
    }

    private static func context(_ frame: Frame) -> [UInt8] {
        SealContext.make("coffer/v1/state", frame.keyring.vault.bytes)
    }
}
