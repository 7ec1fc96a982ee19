internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferSQLite

extension Store {
    /// How many signing keys of before a vault keeps: their statements all fit into a bundle.
    package static let archivedSignerLimit = 256

    /// Gives the vault a new signing key, in one transaction with its audit entry.
    ///
    /// The seed of the old one is gone then; its public half stays, with what it has signed of the
    /// new one. What this machine remembers of the vault follows the commit, not before.
    ///
    /// - Parameter isCompromised: Whether somebody else may have the old one: it then vouches for
    ///   nobody, and this machine forgets it for every copy of the vault.
    /// - Returns: Whether this machine could take note of a key that is compromised; where it could
    ///   not, the next unlock of the vault does it.
    /// - Throws: `StoreError.exhausted` where too many keys came before; as ``write(_:)``.
    @discardableResult
    package func rotateSigning(isCompromised: Bool) throws -> Bool {
        // Before the commit: whatever ends this program, somebody empties the log.
        memory.noteScrub()
        let old = try write { transaction in
            try transaction.renewSigningKey(isCompromised: isCompromised)
        }
        // The new one first: between the two, a machine that knew of a compromised key alone would
        // believe nobody.
        memory.keepSigner()
        let isNoted = !isCompromised || memory.noteCompromised([old])
        memory.save()
        return isNoted
    }
}

extension Transaction {
    /// Makes a new signing key and archives the old one.
    ///
    /// - Returns: The public half of the old one.
    internal func renewSigningKey(isCompromised: Bool) throws -> [UInt8] {
        let root = frame.keyring.root
        let old = try frame.keyring.active(.signing)
        let archived = frame.keyring.all.filter {
            $0.facts.purpose == .signing && $0.facts.state == .archived
        }
        let number = state.nextKey
        guard archived.count < Store.archivedSignerLimit else {
            throw StoreError.exhausted("more than \(Store.archivedSignerLimit) signing keys")
        }
        guard number < .max else { throw StoreError.exhausted("keys") }
        state.nextKey += 1
        let seal = try Keyring.make(
            number: number, purpose: .signing, subject: nil, created: now, root: root,
            vault: vault, randomness: randomness)
        let new = try Keyring.open(number: number, who: nil, seal: seal, root: root, vault: vault)
        let name = SignerStatements.Key(
            keyID: Array(new.facts.id.bytes.prefix(Minisign.keyIDSize)),
            bytes: try Ed25519.publicKey(of: new.signingKey()))
        let half = try Ed25519.publicKey(of: old.signingKey())
        var word: [UInt8] = []
        if !isCompromised {
            let text = SignerStatements.signedText(vault: vault, new: name)
            word = try Ed25519.sign(Minisign.hash(text.span).bytes, with: old.signingKey())
        }
        let rest = try Keyring.archive(
            old, public: half, word: word, root: root, vault: vault, randomness: randomness)
        try replaceKey(old.number, with: rest)
        try insertKey(number, seal)
        var keyring = Keyring(vault: vault, root: root)
        let rows = try connection.prepare(
            "SELECT num, seal FROM dkey WHERE who IS NULL ORDER BY num")
        while try rows.step() {
            guard let number = UInt32(exactly: rows.int64(0)) else {
                throw StoreError.damaged("a key's number")
            }
            try keyring.add(number: number, who: nil, seal: rows.bytes(1))
        }
        frame = try Frame(keyring: keyring, catalog: frame.catalog)
        try audit(
            "rotate-signing",
            [
                AuditEntry.Detail("key", "\(number)"),
                AuditEntry.Detail("replaces", "\(old.number)"),
                AuditEntry.Detail("compromised", isCompromised ? "yes" : "no"),
                AuditEntry.Detail("signer", name.line),
            ])
        return half
    }

    private func replaceKey(_ number: UInt32, with seal: [UInt8]) throws {
        let key = Int64(number).bigEndianBytes
        let reading = try connection.prepare("SELECT seal FROM dkey WHERE num = ?1")
        try reading.bind(Int64(number), at: 1)
        guard try reading.step() else { throw StoreError.damaged("key \(number)") }
        leave(.key, key: key, seal: reading.bytes(0))
        reading.reset()
        let update = try connection.prepare("UPDATE dkey SET seal = ?2 WHERE num = ?1")
        try update.bind(Int64(number), at: 1)
        try update.bind(blob: seal, at: 2)
        _ = try update.step()
        enter(.key, key: key, seal: seal)
    }

    private func insertKey(_ number: UInt32, _ seal: [UInt8]) throws {
        let insert = try connection.prepare("INSERT INTO dkey(num, seal) VALUES(?1, ?2)")
        try insert.bind(Int64(number), at: 1)
        try insert.bind(blob: seal, at: 2)
        _ = try insert.step()
        enter(.key, key: Int64(number).bigEndianBytes, seal: seal)
    }
}
