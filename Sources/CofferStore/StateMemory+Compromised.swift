internal import CofferBytes
internal import CofferDisk
internal import CofferFormat

extension StateMemory {
    /// So many public keys that were retired as compromised are remembered: more than one vault
    /// archives, because copies of it may have gone apart.
    private static let compromisedLimit = 4_096
    /// A public key of Ed25519: RFC 8032, section 5.1.5.
    private static let keySize = 32

    /// The public keys that were retired as compromised here: an older copy of the vault, or a
    /// restored bundle, must not bring them back.
    internal static func compromisedSigners(
        of vault: Identifier, in directory: String
    ) -> [[UInt8]] {
        keys(in: directory + "/spent-\(vault)")
    }

    /// The public keys of this vault that were retired as compromised here; what cannot be read is
    /// worth a warning.
    internal func compromisedSigners() -> [[UInt8]] {
        guard let file = compromisedFile else { return [] }
        return Self.keys(content(file, limit: Self.keySize * Self.compromisedLimit) ?? [])
    }

    /// Puts public keys on the list of those that were retired as compromised, and forgets them for
    /// every copy of the vault: a copy that still has one is not asked.
    ///
    /// - Returns: Whether all of them are on the list now.
    @discardableResult
    internal func noteCompromised(_ signers: [[UInt8]]) -> Bool {
        guard let directory, let file = compromisedFile else { return false }
        do {
            try files.createDirectories(directory)
            let lock = try files.lock(directory + "/lock", .exclusive, timeout: .seconds(2))
            defer { withExtendedLifetime(lock) {} }
            var known: [[UInt8]] = []
            do throws(DiskError) {
                known = Self.keys(
                    try files.read(file, limit: Self.keySize * Self.compromisedLimit))
            } catch {
                // A list that is there and cannot be read must not become a shorter one.
                guard error.kind == .notFound else { throw error }
            }
            let new = signers.filter { !$0.isEmpty && !known.contains($0) }
            if !new.isEmpty {
                let all = (known + new).suffix(Self.compromisedLimit)
                try keep(all.flatMap { $0 }, in: file)
            }
            try forget(Set(signers), in: directory)
            try dropSigners(signers)
            return true
        } catch {
            isUnreliable = true
            return false
        }
    }

    private func forget(_ signers: Set<[UInt8]>, in directory: String) throws {
        for name in try files.list(directory) where name.hasPrefix("\(vault)-") {
            let file = directory + "/" + name
            guard let bytes = try? files.read(file, limit: RememberedState.sizeLimit),
                var state = try? RememberedState(parsing: bytes), signers.contains(state.signer)
            else { continue }
            state.signer = []
            try keep(state.bytes, in: file)
        }
    }

    /// The public keys that have signed for a vault when it was unlocked here.
    ///
    /// A restore brings an older state of a vault back, and what is remembered of that copy goes
    /// back with it; what the keys of since have signed is good all the same.
    internal static func signers(of vault: Identifier, in directory: String) -> [[UInt8]] {
        keys(in: directory + "/signers-\(vault)")
    }

    /// Puts the public key that signs now on that list: it was made here.
    internal func keepSigner() {
        vouchesForSigner = true
        guard let directory else { return }
        do {
            try files.createDirectories(directory)
            let lock = try files.lock(directory + "/lock", .exclusive, timeout: .seconds(2))
            defer { withExtendedLifetime(lock) {} }
            try rememberSigner()
        } catch { isUnreliable = true }
    }

    /// Puts the public key that signs now in the place of those that it has followed; the lock is
    /// held.
    internal func rememberSigner() throws {
        guard let directory, signer.count == Self.keySize else { return }
        let known = Self.signers(of: vault, in: directory)
        let left = known.filter { $0 == signer || !formerSigners.contains($0) }
        let all = left.contains(signer) ? left : left + [signer]
        knowsSigner = true
        guard all != known else { return }
        try keep(
            all.suffix(Self.compromisedLimit).flatMap { $0 }, in: directory + "/signers-\(vault)")
    }

    /// Takes public keys off that list; the lock is held.
    private func dropSigners(_ signers: [[UInt8]]) throws {
        guard let directory else { return }
        let known = Self.signers(of: vault, in: directory)
        let left = known.filter { !signers.contains($0) }
        guard left.count < known.count else { return }
        try keep(left.flatMap { $0 }, in: directory + "/signers-\(vault)")
    }

    private var compromisedFile: String? { directory.map { "\($0)/spent-\(vault)" } }

    private static func keys(in file: String) -> [[UInt8]] {
        keys((try? LocalFileSystem().read(file, limit: keySize * compromisedLimit)) ?? [])
    }

    private static func keys(_ bytes: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: bytes.count - keySize + 1, by: keySize).map {
            Array(bytes[$0..<$0 + keySize])
        }
    }
}
