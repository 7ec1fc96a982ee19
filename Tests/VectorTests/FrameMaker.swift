import CofferBytes
import CofferCrypto
import CofferFormat
import CofferKeys

@testable import CofferStore

/// Frames with keys that the files give.
enum FrameMaker {
    /// A frame of `vault` in which the keys have the bytes given, and all others are drawn.
    static func frame(vault: Identifier, keys: [KeyRow.Purpose: [UInt8]]) throws -> Frame {
        let root = try RootKey(.system)
        var keyring = Keyring(vault: vault, root: root)
        let purposes: [KeyRow.Purpose] = [.records, .naming, .index, .catalog, .state, .audit]
        for (index, purpose) in purposes.enumerated() {
            let number = UInt32(index + 1)
            let facts = KeyRow.Facts(
                id: try Randomness.system.identifier(), purpose: purpose, state: .active,
                created: 0, subject: nil)
            let key = try keys[purpose].map(Vector.secret) ?? Randomness.system.secret(32)
            let seal = try Cobblestone.sealSecret(
                KeyRow(facts: facts, key: key).serialized(), under: root.sealing,
                context: SealContext.make(
                    "coffer/v1/key", vault.bytes, root.id.bytes, number.bigEndianBytes, []),
                randomness: .system)
            try keyring.add(number: number, who: nil, seal: seal)
        }
        return try Frame(keyring: keyring, catalog: Catalog())
    }
}
