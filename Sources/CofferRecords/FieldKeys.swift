internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferKeys
internal import CofferSQLite
internal import CofferStore

/// The field keys of one transaction: the vault's, and those of persons as they are met.
internal final class FieldKeys {
    /// The number of the key that new fields of the scope `vault` go under.
    let active: UInt32
    private let frame: Frame
    private let connection: Connection
    private var keys: [UInt32: FieldKey] = [:]
    private var subjects: [Identifier: UInt32] = [:]
    private var facts: [UInt32: KeyRow.Facts] = [:]

    init(_ frame: Frame, _ connection: Connection) throws {
        self.frame = frame
        self.connection = connection
        active = try frame.keyring.active(.records).number
    }

    /// The key with `number`; nil when there is none of that scope.
    func key(_ number: UInt32, _ scope: Definition.Scope) throws -> FieldKey? {
        if let known = keys[number] { return known }
        let found: Keyring.Key?
        switch scope {
        case .vault: found = frame.keyring.key(number)
        case .subject: found = try subjectKey(number)
        }
        let purpose: KeyRow.Purpose = scope == .vault ? .records : .subject
        guard let found, found.facts.purpose == purpose else { return nil }
        let key = found.fieldKey()
        keys[number] = key
        return key
    }

    /// The number of a person's key; made by `make` at its first use.
    func number(of subject: Identifier, make: (Identifier) throws -> UInt32) throws -> UInt32 {
        if let known = subjects[subject] { return known }
        let rows = try connection.cached("SELECT num FROM dkey WHERE who = ?1")
        try rows.bind(blob: subject.bytes, at: 1)
        let number: UInt32
        if try rows.step() {
            guard let stored = UInt32(exactly: rows.int64(0)) else {
                throw StoreError.damaged("a key's number")
            }
            number = stored
        } else {
            number = try make(subject)
        }
        subjects[subject] = number
        return number
    }

    /// The person whose key has this number; nil when there is no such key.
    func subject(ofKey number: UInt32) throws -> Identifier? {
        try facts(ofKey: number)?.subject
    }

    /// The id of the key of a person; nil where there is no such key.
    func subjectKeyID(_ number: UInt32) throws -> Identifier? {
        try facts(ofKey: number)?.id
    }

    /// What a key of a person says of itself; kept, because to open it costs more than a record.
    private func facts(ofKey number: UInt32) throws -> KeyRow.Facts? {
        if let known = facts[number] { return known }
        let found = try subjectKey(number)?.facts
        facts[number] = found
        return found
    }

    private func subjectKey(_ number: UInt32) throws -> Keyring.Key? {
        let rows = try connection.cached("SELECT who, seal FROM dkey WHERE num = ?1")
        try rows.bind(Int64(number), at: 1)
        guard try rows.step(), !rows.isNull(0) else { return nil }
        return try? Keyring.open(
            number: number, column: rows.bytes(0), seal: rows.bytes(1), root: frame.keyring.root,
            vault: frame.keyring.vault)
    }
}
