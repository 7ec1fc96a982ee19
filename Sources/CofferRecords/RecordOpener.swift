internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferSQLite

/// Opens records one after the other (`Docs/Format.md`, section 9.2).
///
/// The header is opened first, always, also for one field: no value leaves before it. Nothing is
/// allocated for a row: what it is bound to is written into buffers that are used again.
///
/// - Important: The buffers hold the last record's plaintext until the next one overwrites it;
///   they are not erased. Keys are.
@safe
internal struct RecordOpener: ~Copyable {
    /// Why a row does not open.
    enum Failure: Error {
        /// What of the row is wrong.
        case damaged(String)
        /// It has other fields than the row before, and not all of its columns are there to tell.
        case otherFields
    }

    private static let tagSize = RecordCipher.tagSize
    private static let nonceSize = NonceBatch.nonceSize

    private var coder = FieldCoder()
    private var vaultCipher: RecordCipher
    private var subjectCipher: RecordCipher
    private var codes: RowCodes
    private var seal = RawBuffer(capacity: 512)
    private var plain = RawBuffer(capacity: 4_096)
    private var head = RawBuffer(capacity: 128)
    private var bitmap = FieldBitmap()
    private var vaultKey: (number: UInt32, key: FieldKey)?
    /// Which columns the row has whose header was opened.
    private var shape: RowShape?
    /// The fields present in the row whose header was opened, by their place in the definition.
    private(set) var present: [Int] = []
    /// The cells of those fields in a full row, as long as the statement stands there.
    private var cells: [UnsafeRawBufferPointer] = unsafe []
    private(set) var rid: Int64 = 0
    private(set) var sequence: UInt64 = 0
    private(set) var keys: [UInt32] = []

    init(vault: Identifier, collection: UInt32) throws {
        let first = try RecordCipher()
        let second = try RecordCipher()
        vaultCipher = first
        subjectCipher = second
        codes = RowCodes(vault: vault, collection: collection)
    }

    /// The id of the row whose header was opened.
    var id: Identifier { codes.id }

    /// Lends the seal of the row whose header was opened.
    func withSeal(_ body: (UnsafeRawBufferPointer) -> Void) { unsafe body(seal.bytes) }

    /// Lends the plaintext of the field that was opened last.
    @unsafe func withPlaintext(_ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe body(plain.bytes)
    }

    /// The row whose header was opened, without its fields.
    var row: OpenedRows.Row {
        let bytes = unsafe head.bytes
        func word(_ offset: Int) -> UInt64 {
            UInt64(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        return OpenedRows.Row(
            rid: rid, sequence: sequence, created: Int64(bitPattern: word(0)),
            modified: Int64(bitPattern: word(8)),
            device: Identifier(
                unsafe Span<UInt8>(
                    _unsafeBytes: UnsafeRawBufferPointer(rebasing: bytes[16..<32]))),
            revision: word(32), id: id, subject: keys.count > 1 ? keys[1] : 0)
    }

    /// What the opened header says; it was found to be whole, and to list the fields present.
    private func recordHeader(_ plan: CollectionPlan) -> RecordHeader {
        let row = row
        var numbers = present.map { plan.fieldNumbers[$0] }
        if !plan.areNumbersAscending { numbers.sort() }
        return RecordHeader(
            created: row.created, modified: row.modified, device: row.device,
            revision: row.revision, present: numbers)
    }

    /// Opens the header of the current row, a full row of `plan`, and reads it.
    ///
    /// - Parameter key: Gives the field key of a number for a scope; nil when there is none.
    mutating func header(
        _ row: borrowing Statement, plan: CollectionPlan,
        key: (UInt32, Definition.Scope) throws -> FieldKey?
    ) throws -> RecordHeader {
        try begin(row, plan: plan, key: key)
        return recordHeader(plan)
    }

    /// Opens the header of the current row.
    ///
    /// - Parameter shape: Which columns the row has; nil for a full row of `plan`. With fewer it is
    ///   taken to have the fields of the row before, which the header then proves.
    /// - Throws: `Failure.damaged`; `Failure.otherFields` where there are fewer columns.
    mutating func begin(
        _ row: borrowing Statement, plan: CollectionPlan, shape: RowShape? = nil,
        key: (UInt32, Definition.Scope) throws -> FieldKey?
    ) throws {
        let shape = shape ?? plan.shape
        if self.shape !== shape { self.shape = shape }
        rid = row.int64(0)
        guard row.columnType(1) == .blob, row.byteCount(1) == Identifier.size else {
            throw Failure.damaged("its id")
        }
        guard row.columnType(2) == .integer, row.columnType(3) == .blob,
            row.columnType(4) == .blob, row.byteCount(3) == plan.scopeCount * 4
        else { throw Failure.damaged("its keys") }
        sequence = UInt64(bitPattern: row.int64(2))
        unsafe readKeys(row.unsafelyBorrowBytes(3))
        seal.truncate(to: 0)
        unsafe seal.append(row.unsafelyBorrowBytes(4))
        if shape.isFull { try findFields(row, plan) } else { try compareFields(row, shape) }
        let overhead = Self.nonceSize + (present.count + 1) * Self.tagSize
        guard seal.count > overhead else {
            throw shape.isFull ? Failure.damaged("its seal") : Failure.otherFields
        }
        try beginCiphers(key)
        unsafe codes.begin(
            id: row.unsafelyBorrowBytes(1), rid: rid, sequence: sequence, keys: keys)
        codes.appendClear(row, shape.clear)
        do { try openHeader(plan, count: seal.count - overhead) } catch {
            throw shape.isFull ? error : Failure.otherFields
        }
    }

    private mutating func readKeys(_ bytes: UnsafeRawBufferPointer) {
        keys.removeAll(keepingCapacity: true)
        for start in stride(from: 0, to: bytes.count - 3, by: 4) {
            keys.append(
                UInt32(
                    bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
        }
    }

    private mutating func findFields(
        _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws {
        present.removeAll(keepingCapacity: true)
        unsafe cells.removeAll(keepingCapacity: true)
        let columns = plan.fieldColumns
        for position in 0..<columns.count {
            let (type, bytes) = unsafe row.unsafelyBorrowBlob(columns[position])
            switch type {
            case .null: continue
            case .blob:
                present.append(position)
                unsafe cells.append(bytes)
            default:
                throw Failure.damaged("field \(plan.fieldNumbers[position])")
            }
        }
    }

    /// Looks only whether the columns at hand fit the fields of the row before.
    private func compareFields(_ row: borrowing Statement, _ shape: RowShape) throws {
        let wanted = shape.positions
        for index in 0..<wanted.count {
            let isThere = row.columnType(shape.columns[wanted[index]]) == .blob
            guard isThere == present.contains(wanted[index]) else { throw Failure.otherFields }
        }
    }

    private mutating func beginCiphers(
        _ key: (UInt32, Definition.Scope) throws -> FieldKey?
    ) throws {
        if vaultKey?.number != keys[0] { vaultKey = try key(keys[0], .vault).map { (keys[0], $0) } }
        guard let vaultKey else { throw Failure.damaged("an unknown key") }
        let nonce = unsafe Span<UInt8>(
            _unsafeBytes: UnsafeRawBufferPointer(rebasing: seal.bytes[..<Self.nonceSize]))
        try vaultCipher.begin(key: vaultKey.key, nonce: nonce)
        guard keys.count > 1, keys[1] != 0 else { return }
        guard let subjectKey = try key(keys[1], .subject) else {
            throw Failure.damaged("an unknown key")
        }
        try subjectCipher.begin(key: subjectKey, nonce: nonce)
    }

    private mutating func openHeader(_ plan: CollectionPlan, count: Int) throws {
        let start = Self.nonceSize
        let tagsStart = start + count + Self.tagSize
        unsafe codes.appendTags(
            plan.fieldNumbers, present,
            UnsafeRawBufferPointer(rebasing: seal.bytes[tagsStart...]))
        head.resize(to: count)
        do {
            try unsafe vaultCipher.open(
                field: 0,
                ciphertext: UnsafeRawBufferPointer(rebasing: seal.bytes[start..<start + count]),
                tag: UnsafeRawBufferPointer(
                    rebasing: seal.bytes[start + count..<start + count + Self.tagSize]),
                associated: codes.header, plaintext: head.mutableBytes)
        } catch { throw Failure.damaged("its header") }
        guard unsafe bitmap.matches(present, plan.fieldNumbers, header: head.bytes) else {
            throw Failure.damaged("its header")
        }
    }
}

extension RecordOpener {
    /// Opens one field of the row whose header was opened.
    ///
    /// - Parameter index: The place of the field in ``present``.
    mutating func field(
        _ index: Int, _ row: borrowing Statement, plan: CollectionPlan
    ) throws -> Value {
        do {
            try decrypt(index, row, plan)
            return try unsafe coder.decode(plain.bytes)
        } catch { throw damage(index, plan) }
    }

    /// Opens one field as ``field(_:_:plan:)`` does, and lends what it holds.
    mutating func lend(
        _ index: Int, _ row: borrowing Statement, plan: CollectionPlan,
        to receiver: (FieldContent, Span<UInt8>) -> Void
    ) throws {
        do {
            try decrypt(index, row, plan)
            try unsafe coder.lend(Span<UInt8>(_unsafeBytes: plain.bytes), to: receiver)
        } catch { throw damage(index, plan) }
    }

    /// Opens one field as ``field(_:_:plan:)`` does, into a batch.
    mutating func open(
        _ index: Int, _ row: borrowing Statement, plan: CollectionPlan,
        into batch: inout OpenedRows
    ) throws {
        try decrypt(index, row, plan)
        let bytes = unsafe plain.bytes
        if let (content, body) = try coder.find(unsafe Span<UInt8>(_unsafeBytes: bytes)) {
            return unsafe batch.append(content, UnsafeRawBufferPointer(rebasing: bytes[body]))
        }
        try coder.lend(unsafe Span<UInt8>(_unsafeBytes: bytes)) { content, body in
            unsafe body.withUnsafeBufferPointer {
                unsafe batch.append(content, UnsafeRawBufferPointer($0))
            }
        }
    }

    private func damage(_ index: Int, _ plan: CollectionPlan) -> Failure {
        .damaged("field \(plan.fieldNumbers[present[index]])")
    }

    /// Opens one field into ``plain``.
    private mutating func decrypt(
        _ index: Int, _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws {
        let position = present[index]
        let number = plan.fieldNumbers[position]
        codes.setField(number)
        let cell =
            if let shape, !shape.isFull {
                unsafe row.unsafelyBorrowBytes(shape.columns[position])
            } else {
                unsafe cells[index]
            }
        let tagStart = seal.count - (present.count - index) * Self.tagSize
        let tag = unsafe UnsafeRawBufferPointer(
            rebasing: seal.bytes[tagStart..<tagStart + Self.tagSize])
        plain.resize(to: cell.count)
        if plan.areSubjects[position], keys.count > 1, keys[1] != 0 {
            try unsafe subjectCipher.open(
                field: number, ciphertext: cell, tag: tag, associated: codes.field,
                plaintext: plain.mutableBytes)
        } else {
            try unsafe vaultCipher.open(
                field: number, ciphertext: cell, tag: tag, associated: codes.field,
                plaintext: plain.mutableBytes)
        }
    }
}
