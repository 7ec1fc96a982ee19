package import CofferBytes

/// What a job that changes keys is about, as it is sealed in `job` (`Docs/Format.md`, section 6).
///
/// It holds no place at which the work stands: what is to be done is read from the rows.
package struct JobPlan: Equatable, Sendable {
    /// Which keys are changed.
    package enum Kind: UInt8, Sendable {
        /// Those of records and persons.
        case data = 1
        /// The one of blind indexes.
        case index = 2
        /// All of them, after a compromise.
        case all = 3
        /// The one of the chunks of files.
        case chunks = 4

        /// Whether chunks are moved.
        package var movesChunks: Bool { self == .all || self == .chunks }
    }

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
    private static let skipFlag: UInt8 = 1

    /// Which keys it changes.
    package let kind: Kind
    /// How far it is.
    package var phase: Phase
    /// Whether rows that do not open are passed over.
    package var skipsDamaged: Bool
    /// Drawn when it was started; progress and audit log name it by this.
    package let id: Identifier
    /// When it was started, in milliseconds since 1970.
    package let started: Int64

    /// Plans a rotation.
    package init(kind: Kind, id: Identifier, skipsDamaged: Bool, started: Int64) {
        self.id = id
        self.kind = kind
        phase = .moving
        self.skipsDamaged = skipsDamaged
        self.started = started
    }

    /// Reads an opened plan.
    ///
    /// - Throws: `unknown` for another version, kind, phase or flag; `truncated` and `trailing` for
    ///   a wrong length.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(bytes)
        guard try reader.u8() == Self.version, let kind = Kind(rawValue: try reader.u8()),
            let phase = Phase(rawValue: try reader.u8())
        else { throw .unknown }
        let flags = try reader.u8()
        guard flags & ~Self.skipFlag == 0 else { throw .unknown }
        self.kind = kind
        self.phase = phase
        skipsDamaged = flags & Self.skipFlag != 0
        id = try reader.identifier()
        started = try reader.i64()
        try reader.end()
    }

    /// The bytes to seal.
    package var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(Self.version)
        writer.write(kind.rawValue)
        writer.write(phase.rawValue)
        writer.write(skipsDamaged ? Self.skipFlag : 0)
        writer.write(id.bytes)
        writer.write(started)
        return writer.bytes
    }
}
