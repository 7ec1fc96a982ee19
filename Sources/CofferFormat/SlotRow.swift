package import CofferBytes

/// A way to reach the root key, as it stands in the table `slot` (`Docs/Format.md`, section 4).
package struct SlotRow: Equatable, Sendable {
    /// What opens a slot.
    package enum Kind: UInt8, Sendable {
        /// A password through Argon2id.
        case password = 1
        /// A recovery key, which is the slot secret itself.
        case recovery = 2
        /// A password through Argon2id and a keyfile, both of them.
        case keyfile = 3

        /// Whether a password is hashed to open it, which is what costs time and memory.
        package var hashesPassword: Bool { self != .recovery }

        /// What people and programs are told.
        package var word: String {
            switch self {
            case .password: "password"
            case .recovery: "recovery"
            case .keyfile: "keyfile"
            }
        }
    }

    /// The cost of the password hash as the row states it; nothing here is checked for sense.
    package struct Cost: Equatable, Sendable {
        /// Memory in KiB.
        package let memory: UInt32
        /// Passes over the memory.
        package let passes: UInt32
        /// Lanes.
        package let lanes: UInt32

        /// States a cost.
        package init(memory: UInt32, passes: UInt32, lanes: UInt32) {
            self.memory = memory
            self.passes = passes
            self.lanes = lanes
        }

        /// The twelve bytes that the seal of the slot secret is bound to.
        package var bytes: [UInt8] {
            memory.bigEndianBytes + passes.bigEndianBytes + lanes.bigEndianBytes
        }

        /// No password hash.
        package static let none = Cost(memory: 0, passes: 0, lanes: 0)
    }

    /// The largest row in bytes.
    package static let sizeLimit = 1_024
    /// More slots than this are refused before any is tried.
    package static let countLimit = 16
    /// More slots with a password, alone or with a keyfile, are refused before any is tried.
    package static let passwordLimit = 8

    private static let version: UInt8 = 1
    /// A sealed 32-byte key: Cobblestone-256 adds 72 bytes.
    private static let sealedKeySize = 104
    /// The sizes of a salt, as Argon2id takes it here.
    private static let saltSizes = 16...32

    /// The slot's id, never used again.
    package let slot: Identifier
    /// What opens it.
    package let kind: Kind
    /// The cost of its password hash; ``Cost/none`` without a password.
    package let cost: Cost
    /// The salt of its password hash, 16 to 32 bytes; empty without a password.
    package let salt: [UInt8]
    /// The X25519 public key, 32 bytes.
    package let publicKey: [UInt8]
    /// The slot secret under the password, 104 bytes; empty without a password.
    package let sealedSecret: [UInt8]
    /// The id of the root key that the slot reaches.
    package let root: Identifier
    /// The ephemeral X25519 public key of the wrap, 32 bytes.
    package let ephemeral: [UInt8]
    /// The root key under the wrap key, 104 bytes.
    package let wrappedRoot: [UInt8]

    /// Puts a slot together from its parts.
    package init(
        slot: Identifier, kind: Kind, cost: Cost, salt: [UInt8], publicKey: [UInt8],
        sealedSecret: [UInt8], root: Identifier, ephemeral: [UInt8], wrappedRoot: [UInt8]
    ) {
        self.slot = slot
        self.kind = kind
        self.cost = cost
        self.salt = salt
        self.publicKey = publicKey
        self.sealedSecret = sealedSecret
        self.root = root
        self.ephemeral = ephemeral
        self.wrappedRoot = wrappedRoot
    }

    /// Reads a row.
    ///
    /// - Throws: `limit` for a row that is too long or a salt of another size, `unknown` for
    ///   another version or kind, `invalid` for parts that the kind does not have; `truncated`
    ///   and `trailing` for a wrong length.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        guard bytes.count <= Self.sizeLimit else { throw .limit }
        var reader = ByteReader(bytes)
        guard try reader.u8() == Self.version else { throw .unknown }
        slot = try reader.identifier()
        guard let kind = Kind(rawValue: try reader.u8()) else { throw .unknown }
        self.kind = kind
        cost = Cost(memory: try reader.u32(), passes: try reader.u32(), lanes: try reader.u32())
        salt = try reader.prefixed16()
        publicKey = try reader.take(32)
        sealedSecret = try reader.prefixed16()
        root = try reader.identifier()
        ephemeral = try reader.take(32)
        wrappedRoot = try reader.prefixed16()
        try reader.end()
        guard wrappedRoot.count == Self.sealedKeySize else { throw .invalid }
        switch kind {
        case .password, .keyfile:
            guard Self.saltSizes.contains(salt.count) else { throw .limit }
            guard sealedSecret.count == Self.sealedKeySize else { throw .invalid }
        case .recovery:
            guard salt.isEmpty, sealedSecret.isEmpty, cost == .none else { throw .invalid }
        }
    }

    /// The row's bytes.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 360)
        writer.write(Self.version)
        writer.write(slot)
        writer.write(kind.rawValue)
        writer.write(cost.bytes)
        writer.writePrefixed16(salt)
        writer.write(publicKey)
        writer.writePrefixed16(sealedSecret)
        writer.write(root)
        writer.write(ephemeral)
        writer.writePrefixed16(wrappedRoot)
        return writer.bytes
    }
}
