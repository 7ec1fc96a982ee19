package import CofferBytes

/// What a job that changes keys is about, as it is sealed in `job` (`Docs/Format.md`, section 6).
///
/// It holds no place at which the work stands: what is to be done is read from the rows.
package struct JobPlan: Equatable, Sendable {
    /// How far a job is.
    package enum Phase: UInt8, Sendable {
        /// Rows are sealed anew.
        case moving = 1
        /// Everything is moved; what was replaced is still to leave the log.
        case scrubbing = 2
    }

    /// The number of the one job that there can be.
    package static let number: Int64 = 1
    private static let version: UInt8 = 1
    private static let kind: UInt8 = 1
    private static let skipFlag: UInt8 = 1

    /// How far it is.
    package var phase: Phase
    /// Whether rows that do not open are passed over.
    package let skipsDamaged: Bool
    /// When it was started, in milliseconds since 1970.
    package let started: Int64

    /// Plans a rotation of the keys of records and persons.
    package init(phase: Phase = .moving, skipsDamaged: Bool, started: Int64) {
        self.phase = phase
        self.skipsDamaged = skipsDamaged
        self.started = started
    }

    /// Reads an opened plan.
    ///
    /// - Throws: `unknown` for another version, kind, phase or flag; `truncated` and `trailing` for
    ///   a wrong length.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(bytes)
        guard try reader.u8() == Self.version, try reader.u8() == Self.kind,
            let phase = Phase(rawValue: try reader.u8())
        else { throw .unknown }
        let flags = try reader.u8()
        guard flags & ~Self.skipFlag == 0 else { throw .unknown }
        self.phase = phase
        skipsDamaged = flags & Self.skipFlag != 0
        started = try reader.i64()
        try reader.end()
    }

    /// The bytes to seal.
    package var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.version)
        writer.write(Self.kind)
        writer.write(phase.rawValue)
        writer.write(skipsDamaged ? Self.skipFlag : 0)
        writer.write(started)
        return writer.bytes
    }
}
