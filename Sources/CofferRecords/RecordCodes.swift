internal import CofferBytes
internal import CofferFormat

/// Writes what the seals of a record are bound to (`Docs/Format.md`, section 9.2).
internal struct RecordCodes {
    static let fieldLabel = Array("coffer/v1/field".utf8)
    static let headerLabel = Array("coffer/v1/header".utf8)

    /// The associated data of fields; the last two bytes are the field's number.
    private(set) var field: [UInt8]
    /// The associated data of the header, as far as it was written.
    private(set) var header: [UInt8] = []
    private let prefix: [UInt8]
    private let idStart: Int

    init(vault: Identifier, collection: UInt32) {
        prefix = vault.bytes + collection.bigEndianBytes
        idStart = Self.fieldLabel.count + prefix.count
        field = Self.fieldLabel + prefix + [UInt8](repeating: 0, count: Identifier.size + 2)
        header.reserveCapacity(1_024)
    }

    /// Turns to the record with `id`.
    mutating func begin(id: [UInt8]) {
        for index in 0..<Identifier.size { field[idStart + index] = id[index] }
    }

    /// Turns to a field of the record.
    mutating func setField(_ number: UInt16) {
        field[idStart + Identifier.size] = UInt8(number >> 8)
        field[idStart + Identifier.size + 1] = UInt8(truncatingIfNeeded: number)
    }

    /// Starts the associated data of the header.
    mutating func beginHeader(id: [UInt8], rid: Int64, sequence: UInt64, keys: [UInt32]) {
        header.removeAll(keepingCapacity: true)
        header.append(contentsOf: Self.headerLabel)
        header.append(contentsOf: prefix)
        header.append(contentsOf: id)
        append(UInt16(0))
        append(UInt64(bitPattern: rid))
        append(sequence)
        append(UInt16(keys.count))
        for key in keys { append(key) }
    }

    /// Appends an integer.
    mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
        unsafe withUnsafeBytes(of: value.bigEndian) { unsafe header.append(contentsOf: $0) }
    }

    /// Appends a clear column with its type and value.
    mutating func appendClear(_ number: UInt16, _ value: ClearValue) {
        append(number)
        switch value {
        case .blob(let bytes):
            header.append(1)
            append(UInt32(bytes.count))
            header.append(contentsOf: bytes)
        case .integer(let integer):
            header.append(2)
            append(UInt32(8))
            append(integer)
        case .real(let double):
            header.append(3)
            append(UInt32(8))
            append(double.bitPattern)
        case .text(let text):
            header.append(4)
            append(UInt32(text.utf8.count))
            header.append(contentsOf: text.utf8)
        case .damagedText(let bytes):
            header.append(4)
            append(UInt32(bytes.count))
            header.append(contentsOf: bytes)
        }
    }

    /// Appends the tag of a field.
    mutating func appendTag(_ number: UInt16, _ tag: UnsafeRawBufferPointer) {
        append(number)
        unsafe header.append(contentsOf: tag)
    }
}
