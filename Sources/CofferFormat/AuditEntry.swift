package import CofferBytes

/// One entry of the audit log (`Docs/Format.md`, section 12).
package struct AuditEntry: Equatable, Sendable {
    /// A named particular of an act; never a value of a record.
    package struct Detail: Equatable, Sendable {
        /// What is told.
        package let name: String
        /// What it was.
        package let value: String

        /// Pairs a name with what is told.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The largest entry in bytes.
    package static let sizeLimit = 65_536

    /// The entry's number, from 0.
    package let number: UInt64
    /// The head before this entry, 32 bytes.
    package let previous: [UInt8]
    /// When, in milliseconds since 1970, by the clock of the machine.
    package let time: Int64
    /// What was done, a short word such as `unlock`.
    package let act: String
    /// Particulars.
    package let details: [Detail]

    /// Describes an act.
    package init(number: UInt64, previous: [UInt8], time: Int64, act: String, details: [Detail]) {
        self.number = number
        self.previous = previous
        self.time = time
        self.act = act
        self.details = details
    }

    /// Reads an opened entry.
    ///
    /// - Throws: `limit` for one that is too long, `invalid` for texts that are not UTF-8;
    ///   `truncated` and `trailing` for a wrong length.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        guard bytes.count <= Self.sizeLimit else { throw .limit }
        var reader = ByteReader(bytes)
        number = try reader.u64()
        previous = try reader.take(32)
        time = try reader.i64()
        act = try reader.text()
        var details: [Detail] = []
        for _ in 0..<(try reader.u16()) {
            details.append(Detail(try reader.text(), try reader.text()))
        }
        self.details = details
        try reader.end()
    }

    /// The bytes to seal.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 128)
        writer.write(number)
        writer.write(previous)
        writer.write(time)
        writer.write(act)
        writer.write(UInt16(details.count))
        for detail in details {
            writer.write(detail.name)
            writer.write(detail.value)
        }
        return writer.bytes
    }
}
