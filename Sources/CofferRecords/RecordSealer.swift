internal import CofferBytes
internal import CofferCrypto
internal import CofferFormat
internal import CofferSQLite

/// Seals records one after the other (`Docs/Format.md`, section 9.2).
///
/// It owns ciphers and buffers, so that a bulk write allocates little per record.
///
/// - Important: The buffers hold the last record's plaintext until the next one overwrites it;
///   they are not erased. Keys are.
internal struct RecordSealer: ~Copyable {
    /// What is written of one record.
    struct Draft {
        var rid: Int64
        var id: Identifier
        var sequence: UInt64
        var header: RecordHeader
        /// One key number per scope of the collection.
        var keys: [UInt32]
        var record: PreparedRecord
    }

    private static var tagSize: Int { RecordCipher.tagSize }

    private var vaultCipher: RecordCipher
    private var subjectCipher: RecordCipher
    private var codes: RecordCodes
    /// The ciphertexts of the fields of the record sealed last, one after the other.
    private(set) var body: [UInt8] = []
    private var tags: [UInt8] = []
    /// R ‖ header ciphertext ‖ header tag ‖ field tags of the record sealed last.
    private(set) var seal: [UInt8] = []

    init(vault: Identifier, collection: UInt32) throws {
        let first = try RecordCipher()
        let second = try RecordCipher()
        vaultCipher = first
        subjectCipher = second
        codes = RecordCodes(vault: vault, collection: collection)
    }

    /// Seals a record; its cells are then ready for ``bind(_:to:)``.
    ///
    /// - Parameter nonces: Drawn when the plaintexts of all records that it is for were final.
    mutating func seal(
        _ draft: Draft, vaultKey: FieldKey, subjectKey: FieldKey?, nonces: inout NonceBatch
    ) throws {
        let record = draft.record
        let fields = record.plan.definition.fields
        body.removeAll(keepingCapacity: true)
        body.append(contentsOf: record.plaintexts)
        let id = draft.id.bytes
        codes.begin(id: id)
        codes.beginHeader(id: id, rid: draft.rid, sequence: draft.sequence, keys: draft.keys)
        codes.append(UInt16(record.clear.count))
        for (number, _, value) in record.clear { codes.appendClear(number, value) }
        codes.append(UInt16(record.positions.count))
        var drawn: [UInt8] = []
        drawn.reserveCapacity(128 + record.positions.count * Self.tagSize)
        try nonces.next { nonce throws(CryptoError) in
            for index in nonce.indices { drawn.append(nonce[index]) }
            try vaultCipher.begin(key: vaultKey, nonce: nonce)
            if let subjectKey { try subjectCipher.begin(key: subjectKey, nonce: nonce) }
        }
        tags.removeAll(keepingCapacity: true)
        for _ in 0..<(record.positions.count * Self.tagSize) { tags.append(0) }
        for (index, position) in record.positions.enumerated() {
            let field = fields[position]
            let isSubject = field.scope == .subject && subjectKey != nil
            try sealField(field.number, index, record.bounds[index], isSubject: isSubject)
        }
        let header = draft.header.bytes
        let headerStart = drawn.count
        drawn.append(contentsOf: header)
        for _ in 0..<Self.tagSize { drawn.append(0) }
        try sealHeader(&drawn, at: headerStart, count: header.count)
        drawn.append(contentsOf: tags)
        seal = drawn
    }

    /// Binds the sealed record to the parameters of the plan's insert or update.
    mutating func bind(_ draft: Draft, to statement: borrowing Statement) throws {
        let record = draft.record
        statement.clearBindings()
        try statement.bind(draft.rid, at: 1)
        try statement.bind(blob: draft.id.bytes, at: 2)
        try statement.bind(Int64(bitPattern: draft.sequence), at: 3)
        try statement.bind(blob: draft.keys.flatMap(\.bigEndianBytes), at: 4)
        try statement.bind(blob: seal, at: 5)
        for (_, place, value) in record.clear { try value.bind(to: statement, at: place + 1) }
        for (index, position) in record.positions.enumerated() {
            let cell = body.span.extracting(record.bounds[index])
            try statement.bind(blob: cell, at: record.plan.fieldColumns[position] + 1)
        }
    }

    private mutating func sealField(
        _ number: UInt16, _ index: Int, _ range: Range<Int>, isSubject: Bool
    ) throws {
        codes.setField(number)
        let tagRange = index * Self.tagSize..<(index + 1) * Self.tagSize
        try unsafe body.withUnsafeMutableBytes { body in
            try unsafe tags.withUnsafeMutableBytes { tags in
                try unsafe codes.field.withUnsafeBytes { associated in
                    let cell = unsafe UnsafeMutableRawBufferPointer(rebasing: body[range])
                    let tag = unsafe UnsafeMutableRawBufferPointer(rebasing: tags[tagRange])
                    if isSubject {
                        try unsafe subjectCipher.seal(
                            field: number, plaintext: UnsafeRawBufferPointer(cell),
                            associated: associated, ciphertext: cell, tag: tag)
                    } else {
                        try unsafe vaultCipher.seal(
                            field: number, plaintext: UnsafeRawBufferPointer(cell),
                            associated: associated, ciphertext: cell, tag: tag)
                    }
                }
            }
        }
        unsafe tags.withUnsafeBytes { tags in
            unsafe codes.appendTag(number, UnsafeRawBufferPointer(rebasing: tags[tagRange]))
        }
    }

    private mutating func sealHeader(
        _ seal: inout [UInt8], at start: Int, count: Int
    ) throws {
        try unsafe seal.withUnsafeMutableBytes { bytes in
            try unsafe codes.header.withUnsafeBytes { associated in
                let cell = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: bytes[start..<start + count])
                let tag = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: bytes[(start + count)..<(start + count + Self.tagSize)])
                try unsafe vaultCipher.seal(
                    field: 0, plaintext: UnsafeRawBufferPointer(cell), associated: associated,
                    ciphertext: cell, tag: tag)
            }
        }
    }
}
