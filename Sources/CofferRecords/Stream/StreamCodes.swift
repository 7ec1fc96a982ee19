package import CofferBytes
package import CofferCrypto
package import CofferFormat

/// The codes whose sums a bundle's digest is made of.
///
/// Source: `Docs/Format.md`, section 19.4.
package enum StreamCodes {
    private static let entryLabel = Array("entry".utf8)

    /// Begins the message of an own code; the entry follows.
    internal static func beginEntry(
        _ kind: StreamKind, _ collection: UInt32, _ message: inout [UInt8]
    ) {
        message.append(contentsOf: entryLabel)
        message.append(kind.rawValue)
        message.append(bigEndian: collection)
    }

    /// The own code of an entry and of what its part holds, as a sum of one.
    package static func own(
        _ authenticator: HMACSHA256.Authenticator, _ kind: StreamKind, _ collection: UInt32,
        _ entry: ArraySlice<UInt8>, _ part: ArraySlice<UInt8> = []
    ) -> Sum256 {
        var message: [UInt8] = []
        message.reserveCapacity(entryLabel.count + 5 + entry.count)
        beginEntry(kind, collection, &message)
        message.append(contentsOf: entry)
        return unsafe message.withUnsafeBytes { message in
            unsafe part.withUnsafeBytes { part in
                unsafe authenticator.withCode(of: message, part) { Sum256($0) }
            }
        }
    }

    /// The digest in a manifest.
    package static func digest(
        _ end: StreamEnd, key: MACKey, vault: Identifier, bundle: Identifier
    ) -> [UInt8] {
        key.code((Array("digest".utf8) + vault.bytes + bundle.bytes + end.bytes).span)
    }
}
