package import CofferBytes

/// A recovery key as people keep it: Bech32m with the prefix `coffer-recovery`.
package enum RecoveryKey {
    private static let prefix = "coffer-recovery"

    /// The text of a key, 74 characters.
    package static func encode(_ secret: borrowing SecretBytes) -> SecretBytes {
        let text = secret.withBytes { Bech32m.encode(prefix: prefix, $0) }
        return SecretBytes(count: text.count) { bytes in
            for index in text.indices { bytes[index] = text[index] }
        }
    }

    /// The key in a text; spaces and line ends of a typed copy are passed over.
    ///
    /// - Throws: `unusablePassword` when a character is wrong; the checksum finds up to four.
    package static func decode(_ text: borrowing SecretBytes) throws(KeysError) -> SecretBytes {
        let characters = text.withBytes { bytes in
            bytes.indices.map { bytes[$0] }.filter { $0 > 0x20 }
        }
        guard let key = Bech32m.decode(prefix: prefix, characters), key.count == RootKey.size
        else {
            throw .unusablePassword("it is not a recovery key, or a character is mistyped")
        }
        return SecretBytes(count: key.count) { bytes in
            for index in key.indices { bytes[index] = key[index] }
        }
    }
}
