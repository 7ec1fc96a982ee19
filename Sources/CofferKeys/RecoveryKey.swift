package import CofferBytes

/// A recovery key as people keep it: Bech32m with the prefix `coffer-recovery`.
package enum RecoveryKey {
    private static let prefix = "coffer-recovery"

    /// The text of a key, 74 characters.
    package static func encode(_ secret: borrowing SecretBytes) -> SecretBytes {
        secret.withBytes { Bech32m.encode(prefix: prefix, $0) }
    }

    /// The key in a text; spaces and line ends of a typed copy are passed over.
    ///
    /// - Throws: `unusablePassword` when a character is wrong; the checksum finds up to four.
    package static func decode(_ text: borrowing SecretBytes) throws(KeysError) -> SecretBytes {
        let wrong = KeysError.unusablePassword(
            "it is not a recovery key, or a character is mistyped")
        let count = text.withBytes { bytes in bytes.indices.count { bytes[$0] > 0x20 } }
        guard count > 0 else { throw wrong }
        let characters = SecretBytes(count: count) { characters in
            text.withBytes { bytes in
                var place = 0
                for index in bytes.indices where bytes[index] > 0x20 {
                    characters[place] = bytes[index]
                    place += 1
                }
            }
        }
        guard let key = characters.withBytes({ Bech32m.decode(prefix: prefix, $0) }),
            key.count == RootKey.size
        else { throw wrong }
        return key
    }
}
