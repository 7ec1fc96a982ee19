internal import CofferBundles
internal import CofferCrypto
internal import CofferFormat

/// A bundle under way, handed from one thread to another and back.
internal final class BundleFile: @unchecked Sendable {
    // Sendable is true because the sealing thread has it between its first segment and the end of
    // `StreamSealer.finish`, and the caller before and after.

    private var writer: BundleWriter?
    private let signingKey: SigningKey
    private let keyID: [UInt8]

    init(_ writer: consuming BundleWriter, signingKey: SigningKey, keyID: [UInt8]) {
        self.writer = consume writer
        self.signingKey = signingKey
        self.keyID = keyID
    }

    /// Writes the next member.
    ///
    /// - Throws: `BundleError`.
    func add(_ member: BundleMember, _ bytes: [UInt8]) throws(BundleError) {
        guard var writer = writer.take() else { throw .misuse(.failedBefore) }
        do throws(BundleError) {
            try writer.add(member, bytes)
        } catch {
            self.writer = consume writer
            throw error
        }
        self.writer = consume writer
    }

    /// Removes what was written, unless it is finished.
    ///
    /// Whoever sealed last may still hold on to this for a moment; the file does not wait.
    func discard() { writer = nil }

    /// Signs and names the bundle.
    ///
    /// - Throws: `BundleError`.
    func finish(
        _ manifest: ([Manifest.Member]) -> Manifest
    ) throws(BundleError) -> BundleFacts {
        guard let writer = writer.take() else { throw .misuse(.failedBefore) }
        return try writer.finish(signingKey: signingKey, keyID: keyID) { manifest($0) }
    }
}
