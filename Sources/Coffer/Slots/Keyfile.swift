internal import CofferBytes
internal import CofferCrypto
internal import CofferDisk
internal import CofferKeys

/// A file that opens a slot together with a password: who has one of them has nothing.
///
/// Any file will do that never changes, of 1 byte to 1 MiB. Only its hash is kept in memory.
public struct Keyfile: Sendable {
    /// The most bytes that a keyfile may have.
    public static var sizeLimit: Int { KeyfileDigest.sizeLimit }

    internal let digest: KeyfileDigest

    private static let newSize = 32

    /// Takes the content of a keyfile.
    ///
    /// - Throws: ``VaultError/Code/invalid`` when it is too long.
    public init(content: borrowing Secret) throws(VaultError) {
        do throws(KeysError) { digest = try KeyfileDigest(of: content.bytes) } catch {
            throw VaultError(error)
        }
    }

    private init(_ content: borrowing SecretBytes) throws {
        digest = try KeyfileDigest(of: content)
    }

    /// Reads the keyfile at `path`, through symbolic links.
    ///
    /// - Throws: ``VaultError/Code/noFile``; ``VaultError/Code/invalid`` for an empty file or one
    ///   that is too long; ``VaultError/Code/storage`` for something other than an ordinary file,
    ///   and when it cannot be read.
    public init(at path: String) throws(VaultError) {
        self = try catching {
            let file = try LocalFileSystem().open(path, .readFollowing)
            let size = try file.status().size
            guard size > 0 else { throw VaultError(.invalid, "\(path): a keyfile is not empty") }
            guard size <= Self.sizeLimit else { throw DiskError(.read, path, .tooLarge) }
            var count = 0
            let content = try SecretBytes(count: Int(size)) { bytes in
                count = try file.read(&bytes, at: 0)
            }
            guard count == content.count else {
                throw VaultError(.storage, "\(path) changed while it was read")
            }
            return try Keyfile(content)
        }
    }

    /// Reads the keyfile at `path` for a new slot; where there is none, makes one of 32 random
    /// bytes, mode 0600 and durable.
    ///
    /// - Returns: The keyfile, and whether it was made.
    /// - Throws: ``VaultError/Code/usage`` for a place in a vault's folder: whoever copies the vault
    ///   would have it, too; as ``init(at:)``; ``VaultError/Code/full``.
    public static func prepare(at path: String) throws(VaultError) -> (Keyfile, isNew: Bool) {
        try OutputFile.refuseVault(around: DiskPath.parent(of: path), path)
        let isThere = try catching { try LocalFileSystem().exists(path) }
        return isThere ? (try Keyfile(at: path), false) : (try make(at: path), true)
    }

    private static func make(at path: String) throws(VaultError) -> Keyfile {
        let file = try OutputFile(at: path)
        let content: SecretBytes
        do throws(CryptoError) { content = try Randomness.system.secret(newSize) } catch {
            throw VaultError(error)
        }
        try content.withBytes { bytes throws(VaultError) in try file.write(bytes) }
        try file.finish()
        do { return try Keyfile(content) } catch { throw VaultError(error) }
    }
}
