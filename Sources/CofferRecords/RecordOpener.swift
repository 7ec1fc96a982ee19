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

    /// Where a cell lies.
    @unsafe
    private struct Cell: BitwiseCopyable {
        let start: UnsafeRawPointer?
        let count: Int
    }

    private static var tagSize: Int { RecordCipher.tagSize }
    private static var nonceSize: Int { NonceBatch.nonceSize }

    private var coder = FieldCoder()
    private var vaultCipher: RecordCipher
    private var subjectCipher: RecordCipher
    private var codes: RowCodes
    private var seal = RawBuffer(capacity: 512)
    private var plain = RawBuffer(capacity: 4_096)
    private var head = RawBuffer(capacity: 128)
    private var bitmap = FieldBitmap()
    /// The number of the key that ``vaultCipher`` is turned to.
    private var vaultKey: UInt32?
    /// Which columns the row has whose header was opened.
    private var shape: RowShape?
    /// The fields present in the row whose header was opened, by their place in the definition.
    private(set) var present: [Int] = []
    /// The cells of those fields in a full row, as long as the statement stands there.
    private var cells = RawBuffer(capacity: 256)
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
        // What fails below leaves no pointer into a row that the statement has left.
        cells.truncate(to: 0)
        let shape = shape ?? plan.shape
        if self.shape !== shape { self.shape = shape }
        rid = row.int64(0)
        let (idType, id) = unsafe row.unsafelyBorrowBlob(1)
        guard case .blob = idType, id.count == Identifier.size else {
            throw Failure.damaged("its id")
        }
        let (keysType, numbers) = unsafe row.unsafelyBorrowBlob(3)
        let (sealType, sealed) = unsafe row.unsafelyBorrowBlob(4)
        guard case .integer = row.columnType(2), case .blob = keysType, case .blob = sealType,
            numbers.count == plan.scopeCount * 4
        else { throw Failure.damaged("its keys") }
        sequence = UInt64(bitPattern: row.int64(2))
        unsafe readKeys(numbers)
        seal.truncate(to: 0)
        unsafe seal.append(sealed)
        if shape.isFull { try findFields(row, plan) } else { try compareFields(row, shape) }
        let overhead = Self.nonceSize + (present.count + 1) * Self.tagSize
        guard seal.count > overhead else {
            throw shape.isFull ? Failure.damaged("its seal") : Failure.otherFields
        }
        try beginCiphers(key)
        unsafe codes.begin(id: id, rid: rid, sequence: sequence, keys: keys)
        codes.appendClear(row, shape.clear)
        do { try openHeader(plan, count: seal.count - overhead) } catch {
            throw shape.isFull ? error : Failure.otherFields
        }
    }

    private mutating func readKeys(_ bytes: UnsafeRawBufferPointer) {
        let count = bytes.count / 4
        if keys.count != count { keys = [UInt32](repeating: 0, count: count) }
        for index in 0..<count {
            let number = UInt32(
                bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
            // Most rows have the keys of the row before.
            if keys[index] != number { keys[index] = number }
        }
    }

    private mutating func findFields(
        _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws {
        var found = 0
        let columns = plan.fieldColumns
        for position in 0..<columns.count {
            let (type, bytes) = unsafe row.unsafelyBorrowBlob(columns[position])
            switch type {
            case .null: continue
            case .blob:
                // Most rows have the fields of the row before.
                if found >= present.count || present[found] != position {
                    present.removeSubrange(found...)
                    present.append(position)
                }
                found += 1
                unsafe cells.append(raw: Cell(start: bytes.baseAddress, count: bytes.count))
            default:
                throw Failure.damaged("field \(plan.fieldNumbers[position])")
            }
        }
        if found < present.count { present.removeSubrange(found...) }
    }

    /// Looks only whether the columns at hand fit the fields of the row before.
    private func compareFields(_ row: borrowing Statement, _ shape: RowShape) throws {
        let wanted = shape.positions
        for index in 0..<wanted.count {
            var isThere = false
            if case .blob = row.columnType(shape.columns[wanted[index]]) { isThere = true }
            guard isThere == present.contains(wanted[index]) else { throw Failure.otherFields }
        }
    }

    private mutating func beginCiphers(
        _ key: (UInt32, Definition.Scope) throws -> FieldKey?
    ) throws {
        let number = keys[0]
        let nonce = unsafe Span<UInt8>(
            _unsafeBytes: UnsafeRawBufferPointer(rebasing: seal.bytes[..<Self.nonceSize]))
        if vaultKey == number {
            try vaultCipher.begin(nonce: nonce)
        } else {
            vaultKey = nil
            guard let key = try key(number, .vault) else { throw Failure.damaged("an unknown key") }
            try vaultCipher.begin(key: key, nonce: nonce)
            vaultKey = number
        }
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

    /// Opens one field as ``field(_:_:plan:)`` does, without decoding it: ``withPlaintext(_:)``.
    mutating func open(_ index: Int, _ row: borrowing Statement, plan: CollectionPlan) throws {
        do { try decrypt(index, row, plan) } catch { throw damage(index, plan) }
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
        let cell = unsafe cell(index, row)
        if cell.count <= batch.room {
            let place = unsafe batch.makeRoom(cell.count)
            try unsafe decrypt(index, cell, plan, into: place)
            let bytes = unsafe Span<UInt8>(_unsafeBytes: UnsafeRawBufferPointer(place))
            if let (content, body) = try coder.find(bytes) {
                return batch.take(content, body)
            }
        }
        try decrypt(index, row, plan)
        try coder.lend(unsafe Span<UInt8>(_unsafeBytes: plain.bytes)) { content, body in
            unsafe body.withUnsafeBufferPointer {
                unsafe batch.append(content, UnsafeRawBufferPointer($0))
            }
        }
    }

    private func damage(_ index: Int, _ plan: CollectionPlan) -> Failure {
        .damaged("field \(plan.fieldNumbers[present[index]])")
    }

    /// The cell of one field of the row, as the statement holds it.
    @unsafe
    private func cell(_ index: Int, _ row: borrowing Statement) -> UnsafeRawBufferPointer {
        if let shape, !shape.isFull {
            return unsafe row.unsafelyBorrowBytes(shape.columns[present[index]])
        }
        let cell: Cell = unsafe cells.load(index)
        return unsafe UnsafeRawBufferPointer(start: cell.start, count: cell.count)
    }

    /// Opens one field into ``plain``.
    private mutating func decrypt(
        _ index: Int, _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws {
        let cell = unsafe cell(index, row)
        plain.resize(to: cell.count)
        try unsafe decrypt(index, cell, plan, into: plain.mutableBytes)
    }

    /// Opens one field of the row into a place of its size.
    private mutating func decrypt(
        _ index: Int, _ cell: UnsafeRawBufferPointer, _ plan: CollectionPlan,
        into place: UnsafeMutableRawBufferPointer
    ) throws {
        let position = present[index]
        let number = plan.fieldNumbers[position]
        codes.setField(number)
        let tagStart = seal.count - (present.count - index) * Self.tagSize
        let tag = unsafe UnsafeRawBufferPointer(
            rebasing: seal.bytes[tagStart..<tagStart + Self.tagSize])
        if plan.areSubjects[position], keys.count > 1, keys[1] != 0 {
            try unsafe subjectCipher.open(
                field: number, ciphertext: cell, tag: tag, associated: codes.field,
                plaintext: place)
        } else {
            try unsafe vaultCipher.open(
                field: number, ciphertext: cell, tag: tag, associated: codes.field,
                plaintext: place)
        }
    }
}
