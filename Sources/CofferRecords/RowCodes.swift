internal import CofferBytes
internal import CofferFormat
internal import CofferSQLite

/// Writes what the seals of a stored row are bound to, as ``RecordCodes`` does for a record that is
/// sealed, but from the row itself and without a value between.
@safe
internal struct RowCodes: ~Copyable {
    private var fieldBytes = RawBuffer(capacity: 64)
    private var headerBytes = RawBuffer(capacity: 1_024)
    private let fieldPrefix: Int
    private let headerPrefix: Int

    init(vault: Identifier, collection: UInt32) {
        let place = vault.bytes + collection.bigEndianBytes
        let field = RecordCodes.fieldLabel + place
        let header = RecordCodes.headerLabel + place
        fieldPrefix = field.count
        headerPrefix = header.count
        unsafe (field + [UInt8](repeating: 0, count: Identifier.size + 2)).withUnsafeBytes {
            unsafe fieldBytes.append($0)
        }
        unsafe header.withUnsafeBytes { unsafe headerBytes.append($0) }
    }

    /// The associated data of the field that was set.
    @unsafe var field: UnsafeRawBufferPointer { unsafe fieldBytes.bytes }

    /// The associated data of the header, as far as it was written.
    @unsafe var header: UnsafeRawBufferPointer { unsafe headerBytes.bytes }

    /// The id of the row.
    var id: Identifier {
        Identifier(
            unsafe Span<UInt8>(
                _unsafeBytes: UnsafeRawBufferPointer(
                    rebasing: fieldBytes.bytes[fieldPrefix..<fieldPrefix + Identifier.size])))
    }

    /// Turns to a row; its id has 16 bytes.
    mutating func begin(id: UnsafeRawBufferPointer, rid: Int64, sequence: UInt64, keys: [UInt32]) {
        unsafe fieldBytes.replace(fieldPrefix, with: id)
        headerBytes.truncate(to: headerPrefix)
        unsafe headerBytes.append(id)
        headerBytes.append(UInt16(0))
        headerBytes.append(rid)
        headerBytes.append(sequence)
        headerBytes.append(UInt16(truncatingIfNeeded: keys.count))
        for index in 0..<keys.count { headerBytes.append(keys[index]) }
    }

    /// Turns to a field of the row.
    mutating func setField(_ number: UInt16) {
        fieldBytes.truncate(to: fieldPrefix + Identifier.size)
        fieldBytes.append(number)
    }

    /// Appends the clear columns that are not NULL: their numbers, types and values.
    mutating func appendClear(
        _ row: borrowing Statement, _ columns: [(number: UInt16, place: Int)]
    ) {
        let countPlace = headerBytes.count
        headerBytes.append(UInt16(0))
        var count: UInt16 = 0
        for index in 0..<columns.count {
            let (number, place) = columns[index]
            let type = row.columnType(place)
            if case .null = type { continue }
            count &+= 1
            headerBytes.append(number)
            switch type {
            case .blob: appendBytes(1, row, place)
            case .text: appendBytes(4, row, place)
            case .integer:
                headerBytes.append(UInt8(2))
                headerBytes.append(UInt32(8))
                headerBytes.append(row.int64(place))
            default:
                headerBytes.append(UInt8(3))
                headerBytes.append(UInt32(8))
                headerBytes.append(row.double(place).bitPattern)
            }
        }
        unsafe withUnsafeBytes(of: count.bigEndian) {
            unsafe headerBytes.replace(countPlace, with: $0)
        }
    }

    private mutating func appendBytes(_ type: UInt8, _ row: borrowing Statement, _ place: Int) {
        let bytes = unsafe row.unsafelyBorrowBytes(place)
        headerBytes.append(type)
        headerBytes.append(UInt32(truncatingIfNeeded: bytes.count))
        unsafe headerBytes.append(bytes)
    }

    /// Appends the numbers and tags of the fields present.
    mutating func appendTags(
        _ numbers: [UInt16], _ present: [Int], _ tags: UnsafeRawBufferPointer
    ) {
        headerBytes.append(UInt16(truncatingIfNeeded: present.count))
        var start = 0
        for index in 0..<present.count {
            headerBytes.append(numbers[present[index]])
            unsafe headerBytes.append(
                UnsafeRawBufferPointer(rebasing: tags[start..<start + 16]))
            start += 16
        }
    }
}
