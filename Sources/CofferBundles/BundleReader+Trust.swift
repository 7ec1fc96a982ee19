package import CofferCrypto
internal import CofferFormat

extension BundleReader {
    /// The key that signed the list, if it is the trusted one or one that this one vouches for.
    ///
    /// `trusted` must come from outside the bundle: given by hand, remembered, of the unlocked
    /// vault, or opened with a password. Nothing in a bundle's clear bytes makes a key trusted.
    ///
    /// - Throws: ``BundleError/otherSigner(keyID:)`` when it names a key that `trusted` does not
    ///   reach, ``BundleError/badSignature`` when it names one and does not fit.
    package func signer(
        trusting trusted: Minisign.PublicKey
    ) throws(BundleError) -> Minisign.PublicKey {
        let candidates = signers.reach(of: trusted).filter { $0.keyID == signature.keyID }
        guard !candidates.isEmpty else {
            throw .otherSigner(keyID: Self.text(ofKeyID: signature.keyID))
        }
        let list = sums.bytes
        let hash = Minisign.hash(list.span)
        for key in candidates {
            do throws(CryptoError) {
                try Minisign.verify(signature, of: hash, by: key)
                return key
            } catch {
                // An identifier is a name only, so another key of that name may follow.
                guard error == .authenticationFailed || error == .invalidKey else {
                    throw .crypto(error)
                }
            }
        }
        throw .badSignature
    }

    /// The keys from a trusted one to the one that signed; none where it signed itself, or vouches
    /// for none that did.
    package func line(from trusted: Minisign.PublicKey) -> [Minisign.PublicKey] {
        guard let signer = try? signer(trusting: trusted), signer != trusted else { return [] }
        let reached = signers.reach(of: trusted)
        return reached.firstIndex(of: signer).map { Array(reached[...$0]) } ?? []
    }

    /// The name that the key which signed it calls itself, as minisign writes it.
    package var signerName: String { Self.text(ofKeyID: signature.keyID) }

    /// Whether the list is signed by a key, or by one that it vouches for.
    package func isSigned(by trusted: Minisign.PublicKey) -> Bool {
        (try? signer(trusting: trusted)) != nil
    }

    /// Whether the list is signed by a key, or by one that it vouches for, and none of the keys
    /// from the one to the other is among some: who holds such a key names a successor for himself.
    ///
    /// - Parameter keys: The public keys that are not believed, 32 bytes each.
    package func isSigned(
        by trusted: Minisign.PublicKey, without keys: Set<[UInt8]>
    ) -> Bool {
        guard !keys.contains(trusted.bytes), let signer = try? signer(trusting: trusted) else {
            return false
        }
        let reached = signers.reach(of: trusted)
        let last = reached.firstIndex(of: signer) ?? 0
        return reached[...last].allSatisfy { !keys.contains($0.bytes) }
    }

    /// As minisign shows an identifier: a little-endian number in capital hexadecimal digits.
    package static func text(ofKeyID keyID: [UInt8]) -> String {
        keyID.reversed().map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
