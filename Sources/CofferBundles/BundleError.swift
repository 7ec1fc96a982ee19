package import CofferCrypto
package import CofferDisk
package import CofferFormat

/// Why a bundle could not be written, or is not to be trusted.
///
/// Everything it holds is clear text of the bundle, and can be printed as it is.
package enum BundleError: Error, Equatable, Sendable {
    /// The disk failed or refused: no such file, a link or device in its place, no space.
    case disk(DiskError)
    /// The file is no bundle at all.
    case notABundle
    /// A later release wrote it; the number is the format that it names.
    case newerFormat(UInt64)
    /// A member is not what a bundle has there, or not what the signed list says.
    case damaged(BundleMember, Damage)
    /// A size above what the format allows; refused before anything of it was read.
    case limit(BundleMember, size: UInt64, allowed: UInt64)
    /// The signature is by a key that the trusted one does not vouch for; its identifier, in
    /// hexadecimal digits as minisign shows it, is a name and no proof.
    case otherSigner(keyID: String)
    /// The signature names a trusted key, but does not fit the list.
    case badSignature
    /// The caller asked to stop.
    case cancelled
    /// The caller did what no bundle allows; a fault of the program, not of the file.
    case misuse(Misuse)
    /// A cryptographic step failed that has no reason to.
    case crypto(CryptoError)
}

extension BundleError {
    /// What is wrong with a member.
    package enum Damage: Equatable, Sendable {
        /// The file ends before or inside it.
        case truncated
        /// Bytes follow the last member, or the last blocks are not zeros.
        case trailing
        /// Its header block is not the one that it has.
        case header(UstarHeader.Problem)
        /// Another of our members stands in its place: dropped, doubled or out of order.
        case replaced(by: BundleMember)
        /// A file that no bundle has stands in its place: its name, in printable ASCII.
        case foreignName(String)
        /// The bytes behind it, up to the next block, are not zeros.
        case padding
        /// Its text has not the one form that it may have.
        case form
        /// It is a list that Coffer signs, but not one of a bundle.
        case otherType
        /// Its bytes are not those that the signed list names.
        case hash
        /// It contradicts another member; what they disagree about.
        case disagreement(Topic)
    }

    /// What two members of one bundle can disagree about.
    package enum Topic: String, Equatable, Sendable {
        /// The vault's id.
        case vault
        /// The bundle's id.
        case bundle
        /// The revision of the keyring.
        case revision
        /// The epoch.
        case epoch
        /// Which sealed members there are.
        case members
        /// How long a sealed member is.
        case size
        /// The hash of a sealed member.
        case hash
        /// The comment of the signature.
        case comment
    }

    /// What a caller did wrong.
    package enum Misuse: Equatable, Sendable {
        /// The member does not come next.
        case order(BundleMember)
        /// The writer failed before, so what it has is not whole.
        case failedBefore
        /// A value that the format cannot hold, in this member.
        case value(BundleMember)
        /// The bundle has no such member.
        case noSuchMember(BundleMember)
    }
}

extension BundleError {
    /// One line for people; the caller says which file.
    package var message: String {
        switch self {
        case .disk(let error):
            "the disk refused: \(error.operation.rawValue), \(error.kind)"
        case .notABundle: "this is no bundle"
        case .newerFormat(let number):
            "it has format \(number), which needs a later release of Coffer"
        case .damaged(let member, let damage): "\(member.name) \(damage.message)"
        case .limit(let member, let size, let allowed):
            "\(member.name) says that it has \(size) bytes, and may have \(allowed)"
        case .otherSigner(let keyID): "it is signed by another key, which calls itself \(keyID)"
        case .badSignature: "its signature does not fit"
        case .cancelled: "stopped"
        case .misuse: "the bundle was put together in a way that no bundle allows"
        case .crypto: "a cryptographic step failed"
        }
    }
}

extension BundleError.Damage {
    /// What is wrong, to be read after the member's name.
    package var message: String {
        switch self {
        case .truncated: "is cut off"
        case .trailing: "is followed by bytes that no bundle has"
        case .header(let problem): problem.rawValue
        case .replaced(let other): "is missing: \(other.name) stands in its place"
        case .foreignName(let name): "is missing: \(name) stands in its place"
        case .padding: "is followed by bytes that should be zeros"
        case .form: "is not written as it should be"
        case .otherType: "is a signed list of another kind, not of a bundle"
        case .hash: "was changed"
        case .disagreement(let topic):
            "contradicts another part of the bundle: \(topic.rawValue)"
        }
    }
}
