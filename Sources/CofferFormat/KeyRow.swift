package import CofferBytes

/// A data key with what it is for, as it is sealed in `dkey` (`Docs/Format.md`, section 6).
package struct KeyRow: ~Copyable, Sendable {
    /// What a key is for.
    package enum Purpose: UInt8, CaseIterable, Sendable {
        /// Fields of records in the scope `vault`.
        case records = 1
        /// Personal fields of one person's records.
        case subject = 2
        /// Ids derived from names; never rotated.
        case naming = 3
        /// Blind indexes.
        case index = 4
        /// Catalog and tombstones.
        case catalog = 5
        /// The sealed state and its sums.
        case state = 6
        /// The audit log.
        case audit = 7
        /// Plans of resumable work.
        case jobs = 8
        /// File chunks.
        case chunk = 9
        /// Names of file chunks.
        case chunkNames = 10
        /// Where files are split.
        case chunker = 11
        /// Bundles.
        case bundle = 12
        /// Lists of erased persons.
        case suppression = 13
        /// Signatures: an Ed25519 seed, or the public key where it is archived.
        case signing = 14
    }

    /// Where a key is in its life.
    package enum State: UInt8, Sendable {
        /// Seals and opens.
        case active = 1
        /// Opens what is still under it.
        case retiring = 2
        /// Opens bundles only; of a signing key only the public half is left.
        case archived = 3
    }

    /// The size of every data key in bytes.
    package static let keySize = 32

    /// What stands beside the key bytes.
    package struct Facts: Equatable, Sendable {
        /// The key's name across vault and bundles.
        package let id: Identifier
        /// What it is for.
        package let purpose: Purpose
        /// Where it is in its life.
        package let state: State
        /// When it was made, in milliseconds since 1970.
        package let created: Int64
        /// The person whose key it is; nil for all purposes but `subject`.
        package let subject: Identifier?
        /// What an archived signing key has signed to name the one after it: 64 bytes, or none where
        /// it was retired as compromised; nil for every other key.
        package let word: [UInt8]?

        /// What stands in the column `who` of the key's row: a person has one active key only, so the
        /// row of any other one is told apart by its number.
        package func who(number: UInt32) -> [UInt8] {
            guard let subject else { return [] }
            return state == .active ? subject.bytes : subject.bytes + number.bigEndianBytes
        }

        /// The same key in another state.
        package func turning(_ state: State) -> Facts {
            Facts(
                id: id, purpose: purpose, state: state, created: created, subject: subject,
                word: word)
        }

        /// The same signing key, archived with its last word.
        package func archived(with word: [UInt8]) -> Facts {
            Facts(
                id: id, purpose: purpose, state: .archived, created: created, subject: subject,
                word: word)
        }

        /// Describes a key.
        package init(
            id: Identifier, purpose: Purpose, state: State, created: Int64, subject: Identifier?,
            word: [UInt8]? = nil
        ) {
            self.id = id
            self.purpose = purpose
            self.state = state
            self.created = created
            self.subject = subject
            self.word = word
        }
    }

    /// The size of an Ed25519 signature in bytes (RFC 8032, section 5.1.6).
    private static let wordSize = 64

    /// What the key is.
    package let facts: Facts
    /// The key.
    package let key: SecretBytes

    /// Pairs a key with what it is.
    ///
    /// - Precondition: The key has 32 bytes.
    package init(facts: Facts, key: consuming SecretBytes) {
        precondition(key.count == Self.keySize, "A data key has 32 bytes")
        self.facts = facts
        self.key = key
    }

    /// Reads an opened row.
    ///
    /// - Throws: `unknown` for an unknown purpose or state, `invalid` for a person where none
    ///   belongs, and for a word that is no signature; `truncated` and `trailing` for a wrong length.
    package init(parsing secret: borrowing SecretBytes) throws(ByteReader.Failure) {
        guard secret.count > Self.keySize else { throw .truncated }
        let keyStart = secret.count - Self.keySize
        var reader = ByteReader(secret.withBytes { bytes in (0..<keyStart).map { bytes[$0] } })
        let id = try reader.identifier()
        guard let purpose = Purpose(rawValue: try reader.u8()),
            let state = State(rawValue: try reader.u8())
        else { throw .unknown }
        let created = try reader.i64()
        let who = try reader.prefixed16()
        let isLast = purpose == .signing && state == .archived
        let word = isLast ? try reader.prefixed16() : nil
        guard word.map({ $0.isEmpty || $0.count == Self.wordSize }) ?? true else { throw .invalid }
        try reader.end()
        let subject = Identifier(who)
        guard who.isEmpty || subject != nil, (subject != nil) == (purpose == .subject) else {
            throw .invalid
        }
        facts = Facts(
            id: id, purpose: purpose, state: state, created: created, subject: subject, word: word)
        key = SecretBytes(count: Self.keySize) { key in
            secret.withBytes { bytes in
                for index in 0..<Self.keySize { key[index] = bytes[keyStart + index] }
            }
        }
    }

    /// The bytes to seal.
    package func serialized() -> SecretBytes {
        var writer = ByteWriter()
        writer.write(facts.id)
        writer.write(facts.purpose.rawValue)
        writer.write(facts.state.rawValue)
        writer.write(facts.created)
        writer.writePrefixed16(facts.subject?.bytes ?? [])
        if let word = facts.word { writer.writePrefixed16(word) }
        let open = writer.bytes
        return SecretBytes(count: open.count + Self.keySize) { bytes in
            for index in open.indices { bytes[index] = open[index] }
            key.withBytes { key in
                for index in key.indices { bytes[open.count + index] = key[index] }
            }
        }
    }
}
