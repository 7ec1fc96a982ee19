internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferSQLite

/// Opens records one after the other (`Docs/Format.md`, section 9.2).
///
/// The header is opened first, always, also for one field: no value leaves before it.
///
/// - Important: The buffers hold the last record's plaintext until the next one overwrites it;
///   they are not erased. Keys are.
internal struct RecordOpener: ~Copyable {
    /// Why a row does not open.
    enum Failure: Error {
        /// What of the row is wrong.
        case damaged(String)
    }

    private static let tagSize = RecordCipher.tagSize
    private static let nonceSize = NonceBatch.nonceSize

    private var coder = FieldCoder()
    private var vaultCipher: RecordCipher
    private var subjectCipher: RecordCipher
    private var codes: RecordCodes
    private var seal: [UInt8] = []
    private var plain: [UInt8] = []
    /// The fields present in the row whose header was opened, by their place in the definition.
    private(set) var present: [Int] = []
    private(set) var id = Identifier(version: 4, from: [UInt8](repeating: 0, count: 16).span)
    private(set) var rid: Int64 = 0
    private(set) var sequence: UInt64 = 0
    private(set) var keys: [UInt32] = []

    init(vault: Identifier, collection: UInt32) throws {
        let first = try RecordCipher()
        let second = try RecordCipher()
        vaultCipher = first
        subjectCipher = second
        codes = RecordCodes(vault: vault, collection: collection)
    }

    /// The seal of the row whose header was opened.
    var rowSeal: [UInt8] { seal }

    /// Lends the seal of the row whose header was opened.
    func withSeal(_ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe seal.withUnsafeBytes { unsafe body($0) }
    }

    /// Opens the header of the current row, a full row of `plan`.
    ///
    /// - Parameter key: Gives the field key of a number for a scope; nil when there is none.
    mutating func header(
        _ row: borrowing Statement, plan: CollectionPlan,
        key: (UInt32, Definition.Scope) throws -> FieldKey?
    ) throws -> RecordHeader {
        rid = row.int64(0)
        let idBytes = row.bytes(1)
        guard row.columnType(1) == .blob, let id = Identifier(idBytes) else {
            throw Failure.damaged("its id")
        }
        self.id = id
        sequence = UInt64(bitPattern: row.int64(2))
        let keyBytes = row.bytes(3)
        seal = row.bytes(4)
        guard row.columnType(2) == .integer, row.columnType(3) == .blob,
            row.columnType(4) == .blob,
            keyBytes.count == plan.definition.scopes.count * 4
        else { throw Failure.damaged("its keys") }
        keys = stride(from: 0, to: keyBytes.count, by: 4).map { start in
            keyBytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
        try findFields(row, plan)
        let overhead = Self.nonceSize + (present.count + 1) * Self.tagSize
        guard seal.count > overhead else { throw Failure.damaged("its seal") }
        try beginCiphers(key)
        codes.begin(id: idBytes)
        codes.beginHeader(id: idBytes, rid: rid, sequence: sequence, keys: keys)
        try appendClear(row, plan)
        return try openHeader(plan, count: seal.count - overhead)
    }

    /// Opens one field of the row whose header was opened.
    ///
    /// - Parameter index: The place of the field in ``present``.
    mutating func field(
        _ index: Int, _ row: borrowing Statement, plan: CollectionPlan
    ) throws -> Value {
        do {
            let count = try decrypt(index, row, plan)
            let opened = plain
            return try coder.decode(opened.span.extracting(0..<count))
        } catch { throw damage(index, plan) }
    }

    /// Opens one field as ``field(_:_:plan:)`` does, and lends what it holds.
    mutating func lend(
        _ index: Int, _ row: borrowing Statement, plan: CollectionPlan,
        to receiver: (FieldContent, Span<UInt8>) -> Void
    ) throws {
        do {
            let count = try decrypt(index, row, plan)
            let opened = plain
            try coder.lend(opened.span.extracting(0..<count), to: receiver)
        } catch { throw damage(index, plan) }
    }

    private func damage(_ index: Int, _ plan: CollectionPlan) -> Failure {
        .damaged("field \(plan.definition.fields[present[index]].number)")
    }

    /// Opens one field into ``plain`` and gives its length.
    private mutating func decrypt(
        _ index: Int, _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws -> Int {
        let position = present[index]
        let field = plan.definition.fields[position]
        codes.setField(field.number)
        let isSubject = field.scope == .subject && keys.count > 1 && keys[1] != 0
        let tagStart = seal.count - (present.count - index) * Self.tagSize
        let cell = unsafe row.unsafelyBorrowBytes(plan.fieldColumns[position])
        if plain.count < cell.count { plain = [UInt8](repeating: 0, count: cell.count * 2) }
        try unsafe plain.withUnsafeMutableBytes { plain in
            try unsafe seal.withUnsafeBytes { seal in
                try unsafe codes.field.withUnsafeBytes { associated in
                    let tag = unsafe UnsafeRawBufferPointer(
                        rebasing: seal[tagStart..<tagStart + Self.tagSize])
                    let target = unsafe UnsafeMutableRawBufferPointer(
                        rebasing: plain[0..<cell.count])
                    if isSubject {
                        try unsafe subjectCipher.open(
                            field: field.number, ciphertext: cell, tag: tag,
                            associated: associated, plaintext: target)
                    } else {
                        try unsafe vaultCipher.open(
                            field: field.number, ciphertext: cell, tag: tag,
                            associated: associated, plaintext: target)
                    }
                }
            }
        }
        return cell.count
    }

    private mutating func findFields(
        _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws {
        present.removeAll(keepingCapacity: true)
        for (position, column) in plan.fieldColumns.enumerated() {
            switch row.columnType(column) {
            case .null: continue
            case .blob: present.append(position)
            default:
                throw Failure.damaged("field \(plan.definition.fields[position].number)")
            }
        }
    }

    private mutating func beginCiphers(
        _ key: (UInt32, Definition.Scope) throws -> FieldKey?
    ) throws {
        guard let vaultKey = try key(keys[0], .vault) else {
            throw Failure.damaged("an unknown key")
        }
        let sealed = seal
        let nonce = sealed.span.extracting(0..<Self.nonceSize)
        try vaultCipher.begin(key: vaultKey, nonce: nonce)
        guard keys.count > 1, keys[1] != 0 else { return }
        guard let subjectKey = try key(keys[1], .subject) else {
            throw Failure.damaged("an unknown key")
        }
        try subjectCipher.begin(key: subjectKey, nonce: nonce)
    }

    private mutating func appendClear(
        _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws {
        var clear: [(UInt16, ClearValue)] = []
        for (number, place) in plan.clearOrder {
            if let value = ClearValue(row, place) { clear.append((number, value)) }
        }
        codes.append(UInt16(clear.count))
        for (number, value) in clear { codes.appendClear(number, value) }
    }

    private mutating func openHeader(
        _ plan: CollectionPlan, count: Int
    ) throws -> RecordHeader {
        codes.append(UInt16(present.count))
        var header = [UInt8](repeating: 0, count: count)
        let tagsStart = Self.nonceSize + count + Self.tagSize
        do {
            try unsafe seal.withUnsafeBytes { seal in
                for (index, position) in present.enumerated() {
                    let start = tagsStart + index * Self.tagSize
                    unsafe codes.appendTag(
                        plan.definition.fields[position].number,
                        UnsafeRawBufferPointer(rebasing: seal[start..<start + Self.tagSize]))
                }
                try unsafe header.withUnsafeMutableBytes { header in
                    try unsafe codes.header.withUnsafeBytes { associated in
                        let cell = unsafe UnsafeRawBufferPointer(
                            rebasing: seal[Self.nonceSize..<Self.nonceSize + count])
                        let tag = unsafe UnsafeRawBufferPointer(
                            rebasing: seal[
                                (Self.nonceSize + count)..<(Self.nonceSize + count + Self.tagSize)]
                        )
                        try unsafe vaultCipher.open(
                            field: 0, ciphertext: cell, tag: tag, associated: associated,
                            plaintext: header)
                    }
                }
            }
            let opened = try RecordHeader(parsing: header)
            guard opened.present == present.map({ plan.definition.fields[$0].number }) else {
                throw Failure.damaged("its fields")
            }
            return opened
        } catch {
            throw Failure.damaged("its header")
        }
    }
}
