package import CofferBytes

/// The list of all slots, sealed under the root key (`Docs/Format.md`, section 5).
///
/// It is what makes a planted, removed or older slot show: `slot` and roster must agree row by
/// row. It also keeps each slot's auth key, so that a new root can be wrapped for everybody.
package struct Roster: Sendable {
    /// What the roster says of one slot.
    package struct Entry: Equatable, Sendable {
        /// The row's number in `slot`.
        package let number: UInt32
        /// SHA-256 of the row's bytes.
        package let digest: [UInt8]
        /// The slot's id.
        package let slot: Identifier
        /// What opens it.
        package let kind: SlotRow.Kind
        /// Its X25519 public key.
        package let publicKey: [UInt8]
        /// When it was made, in milliseconds since 1970.
        package let created: Int64
        /// What its owner calls it.
        package let label: String

        /// Describes a slot.
        package init(
            number: UInt32, digest: [UInt8], slot: Identifier, kind: SlotRow.Kind,
            publicKey: [UInt8], created: Int64, label: String
        ) {
            self.number = number
            self.digest = digest
            self.slot = slot
            self.kind = kind
            self.publicKey = publicKey
            self.created = created
            self.label = label
        }
    }

    /// The largest roster in bytes.
    package static let sizeLimit = 16_384
    /// The longest label in bytes.
    package static let labelLimit = 256

    private static let authKeySize = 32

    /// The slots in ascending order of their numbers.
    package private(set) var entries: [Entry]
    /// The auth keys of `entries`, in the same order.
    private var authKeys: [AuthKey]

    /// An auth key; a class, because arrays hold no noncopyable elements.
    private final class AuthKey: Sendable {
        let secret: SecretBytes
        init(_ secret: consuming SecretBytes) { self.secret = secret }
    }

    /// A roster without slots.
    package init() {
        entries = []
        authKeys = []
    }

    /// Adds a slot, which must have a higher number than all others.
    ///
    /// - Precondition: Numbers ascend from 1 and `authKey` has 32 bytes.
    package mutating func append(_ entry: Entry, authKey: consuming SecretBytes) {
        precondition(authKey.count == Self.authKeySize, "An auth key has 32 bytes")
        precondition(entry.number > entries.last?.number ?? 0, "Numbers ascend")
        entries.append(entry)
        authKeys.append(AuthKey(authKey))
    }

    /// Takes a slot out.
    package mutating func remove(number: UInt32) {
        guard let index = entries.firstIndex(where: { $0.number == number }) else { return }
        entries.remove(at: index)
        authKeys.remove(at: index)
    }

    /// The auth key that the roster lists for the slot with `number`; nil for no such slot.
    package func authKey(forNumber number: UInt32) -> SecretBytes? {
        guard let index = entries.firstIndex(where: { $0.number == number }) else { return nil }
        return authKeys[index].secret.duplicate()
    }

    /// Gives a slot another label.
    package mutating func relabel(number: UInt32, _ label: String) {
        guard let index = entries.firstIndex(where: { $0.number == number }) else { return }
        let old = entries[index]
        entries[index] = Entry(
            number: old.number, digest: old.digest, slot: old.slot, kind: old.kind,
            publicKey: old.publicKey, created: old.created, label: label)
    }

    /// Whether the roster lists `authKey` for the slot with `number`; in constant time.
    package func lists(authKey: borrowing SecretBytes, forNumber number: UInt32) -> Bool {
        guard let index = entries.firstIndex(where: { $0.number == number }) else { return false }
        return authKeys[index].secret.isEqual(to: authKey)
    }

    /// Reads an opened roster.
    ///
    /// - Throws: `limit` for too many slots or a roster or label that is too long, `unknown` for
    ///   an unknown kind, `invalid` for numbers out of order; `truncated` and `trailing` for a
    ///   wrong length.
    package init(parsing secret: borrowing SecretBytes) throws(ByteReader.Failure) {
        self.init()
        guard secret.count <= Self.sizeLimit else { throw .limit }
        guard secret.count >= 2 else { throw .truncated }
        let count = secret.withBytes { Int($0[0]) << 8 | Int($0[1]) }
        let keysSize = count * Self.authKeySize
        guard count <= SlotRow.countLimit else { throw .limit }
        guard secret.count >= 2 + keysSize else { throw .truncated }
        let keysStart = secret.count - keysSize
        let open = secret.withBytes { bytes in (2..<keysStart).map { bytes[$0] } }
        var reader = ByteReader(open)
        for index in 0..<count {
            let number = try reader.u32()
            let digest = try reader.take(32)
            let slot = try reader.identifier()
            guard let kind = SlotRow.Kind(rawValue: try reader.u8()) else { throw .unknown }
            let publicKey = try reader.take(32)
            let created = try reader.i64()
            let label = try reader.text(limit: Self.labelLimit)
            guard number > entries.last?.number ?? 0 else { throw .invalid }
            let entry = Entry(
                number: number, digest: digest, slot: slot, kind: kind, publicKey: publicKey,
                created: created, label: label)
            let start = keysStart + index * Self.authKeySize
            append(
                entry,
                authKey: SecretBytes(count: Self.authKeySize) { key in
                    secret.withBytes { bytes in
                        for offset in 0..<Self.authKeySize { key[offset] = bytes[start + offset] }
                    }
                })
        }
        try reader.end()
        guard entries.filter({ $0.kind.hashesPassword }).count <= SlotRow.passwordLimit else {
            throw .limit
        }
    }

    /// The bytes to seal.
    package func serialized() -> SecretBytes {
        var writer = ByteWriter(capacity: 512)
        writer.write(UInt16(entries.count))
        for entry in entries {
            writer.write(entry.number)
            writer.write(entry.digest)
            writer.write(entry.slot)
            writer.write(entry.kind.rawValue)
            writer.write(entry.publicKey)
            writer.write(entry.created)
            writer.write(entry.label)
        }
        let open = writer.bytes
        return SecretBytes(count: open.count + authKeys.count * Self.authKeySize) { bytes in
            for index in open.indices { bytes[index] = open[index] }
            for (position, key) in authKeys.enumerated() {
                let start = open.count + position * Self.authKeySize
                key.secret.withBytes { key in
                    for offset in key.indices { bytes[start + offset] = key[offset] }
                }
            }
        }
    }
}
