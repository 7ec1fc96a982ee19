package import CofferBytes

/// A record, or an older version of one, as the record stream carries it.
///
/// Source: `Docs/Format.md`, section 19.2, kinds 4 and 5.
package struct StreamRecord: Sendable {
    /// A field: its number and its value, not yet decoded.
    package struct Field: Sendable {
        /// The number of the field.
        package let number: UInt16
        /// The kind of value, and the value itself where it is a number.
        package let content: FieldContent
        /// The bytes of a value that has them.
        package let body: ArraySlice<UInt8>
    }

    /// What an older version has besides.
    package struct Version: Sendable {
        /// Its number in the history of its collection.
        package let number: UInt64
        /// The change set that replaced it.
        package let change: UInt64
        /// When it was replaced, in milliseconds since 1970.
        package let time: Int64
        /// Why.
        package let reason: HistoryNote.Reason
    }

    /// The record's id.
    package let id: Identifier
    /// Its row.
    package let rid: Int64
    /// Its number in the change feed.
    package let sequence: UInt64
    /// Its times, device and revision, and which fields it has.
    package let header: RecordHeader
    /// Its fields, ascending by number.
    package let fields: [Field]
    /// The part, from 1, that holds what lies under a person's key; 0 for none.
    package let part: Int
    /// What an older version has besides; nil for a record.
    package let version: Version?
    /// Where the entry lies in the first part, without its part number.
    package let range: Range<Int>
    /// Where its fields lie in the part of its person.
    package let partRange: Range<Int>

    /// Reads the next entry of a batch.
    ///
    /// - Parameter cursors: One for each part, at the entry; nil for a part whose key is gone.
    /// - Returns: The entry, and whether all its fields could be read.
    /// - Throws: `truncated`, `invalid`, `limit`, `unknown`.
    package init(
        _ kind: StreamKind, _ cursors: inout [StreamCursor?]
    ) throws(ByteReader.Failure) {
        guard var cursor = cursors.first ?? nil else { throw .truncated }
        let start = cursor.offset
        version = kind == .history ? try Self.version(&cursor) : nil
        id = try cursor.identifier()
        rid = Int64(try cursor.varint())
        sequence = try cursor.varint()
        let created = try cursor.i64()
        let modified = try cursor.i64()
        let device = try cursor.identifier()
        let revision = try cursor.varint()
        var fields: [Field] = []
        try Self.fields(&cursor, into: &fields)
        range = start..<cursor.offset
        let part = try cursor.varint()
        cursors[0] = cursor
        guard part < UInt64(cursors.count), revision > 0, sequence > 0, rid > 0 else {
            throw .invalid
        }
        self.part = Int(part)
        var partRange = 0..<0
        if part > 0, var own = cursors[Int(part)] {
            let start = own.offset
            var more: [Field] = []
            try Self.fields(&own, into: &more)
            partRange = start..<own.offset
            cursors[Int(part)] = own
            fields += more
            fields.sort { $0.number < $1.number }
            for index in fields.indices.dropFirst()
            where fields[index].number == fields[index - 1].number { throw .invalid }
        }
        self.partRange = partRange
        self.fields = fields
        header = RecordHeader(
            created: created, modified: modified, device: device, revision: revision,
            present: fields.map(\.number))
    }

    private static func version(
        _ cursor: inout StreamCursor
    ) throws(ByteReader.Failure) -> Version {
        let number = try cursor.varint()
        let change = try cursor.varint()
        let time = try cursor.i64()
        guard let reason = HistoryNote.Reason(rawValue: try cursor.u8()) else { throw .unknown }
        guard number > 0, change > 0 else { throw .invalid }
        return Version(number: number, change: change, time: time, reason: reason)
    }

    private static func fields(
        _ cursor: inout StreamCursor, into fields: inout [Field]
    ) throws(ByteReader.Failure) {
        var last: UInt64 = 0
        for _ in 0..<(try cursor.varint()) {
            let number = try cursor.varint()
            guard number > last, number <= UInt64(Definition.numberLimit) else { throw .invalid }
            last = number
            guard let tag = FieldCoding.Tag(rawValue: try cursor.u8()) else { throw .unknown }
            let count = try cursor.varint()
            guard count <= UInt64(FieldCoding.defaultLimit) else { throw .limit }
            let body = cursor[try cursor.range(Int(count))]
            fields.append(
                Field(number: UInt16(number), content: try content(tag, body), body: body))
        }
    }

    private static func content(
        _ tag: FieldCoding.Tag, _ body: ArraySlice<UInt8>
    ) throws(ByteReader.Failure) -> FieldContent {
        switch tag {
        case .null, .no, .yes:
            guard body.isEmpty else { throw .invalid }
            return tag == .null ? .null : .bool(tag == .yes)
        case .integer, .double:
            guard body.count == 8 else { throw .invalid }
            let word = body.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard tag == .double else { return .integer(Int64(bitPattern: word)) }
            let double = Double(bitPattern: word)
            guard double.isFinite else { throw .invalid }
            return .double(double)
        case .number: return .number
        case .text: return .text
        case .bytes: return .bytes
        case .json: return .json
        }
    }

    /// Appends a field.
    package static func append(
        _ number: UInt16, _ content: FieldContent, _ body: UnsafeRawBufferPointer,
        to output: inout [UInt8]
    ) {
        output.append(varint: UInt64(number))
        switch content {
        case .null: unsafe append(.null, UnsafeRawBufferPointer(start: nil, count: 0), &output)
        case .bool(let flag):
            unsafe append(
                flag ? .yes : .no, UnsafeRawBufferPointer(start: nil, count: 0), &output)
        case .integer(let integer):
            output.append(FieldCoding.Tag.integer.rawValue)
            output.append(8)
            output.append(bigEndian: integer)
        case .double(let double):
            output.append(FieldCoding.Tag.double.rawValue)
            output.append(8)
            output.append(bigEndian: double.bitPattern)
        case .number: unsafe append(.number, body, &output)
        case .text: unsafe append(.text, body, &output)
        case .bytes: unsafe append(.bytes, body, &output)
        case .json: unsafe append(.json, body, &output)
        }
    }

    private static func append(
        _ tag: FieldCoding.Tag, _ body: UnsafeRawBufferPointer, _ output: inout [UInt8]
    ) {
        output.append(tag.rawValue)
        output.append(varint: UInt64(body.count))
        unsafe output.append(contentsOf: body)
    }
}
