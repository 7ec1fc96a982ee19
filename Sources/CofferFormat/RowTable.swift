internal import CofferBytes

/// The tables whose rows are counted in the state, by the number that their codes are bound to
/// (`Docs/Format.md`, section 7).
package enum RowTable: UInt8, CaseIterable, Sendable {
    /// Ways to reach the root key.
    case slot = 1
    /// The roster.
    case roster = 2
    /// Keys that are nobody's.
    case key = 3
    /// Definitions of collections.
    case catalog = 4
    /// Running jobs.
    case job = 5
    /// The records of a collection.
    case records = 10
    /// Replaced and deleted versions of a collection's records.
    case history = 11
    /// Deleted records.
    case tombstone = 12
    /// Small file chunks and the places of large ones.
    case chunk = 13
    /// Packs of file chunks.
    case pack = 14
    /// The audit log.
    case audit = 15
    /// What repair took out of the way.
    case quarantine = 16
    /// Keys of persons.
    case subjectKey = 17

    /// Whether the rows are in the frame sum, verified whenever it moves.
    package var isFrame: Bool { rawValue <= RowTable.catalog.rawValue }

    /// Whether the rows are in a body sum, verified by complete scans.
    package var isBody: Bool { rawValue >= RowTable.records.rawValue }

    /// Whether there is one such table per collection.
    package var hasCollections: Bool { self == .records || self == .history }

    /// The bodies that every state lists.
    package static let systemBodies: [RowTable] = allCases.filter {
        $0.isBody && !$0.hasCollections
    }

    /// The message whose code enters a sum: table, collection, key and seal.
    ///
    /// - Precondition: The key has at most 255 bytes; chunk names are the longest, 32.
    package func message(collection: UInt32, key: [UInt8], seal: [UInt8]) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(6 + key.count + seal.count)
        appendMessage(collection: collection, key: key, seal: seal, to: &message)
        return message
    }

    /// Appends the message of ``message(collection:key:seal:)``, for many rows in one buffer.
    package func appendMessage(
        collection: UInt32, key: [UInt8], seal: [UInt8], to message: inout [UInt8]
    ) {
        message.append(rawValue)
        unsafe withUnsafeBytes(of: collection.bigEndian) { unsafe message.append(contentsOf: $0) }
        message.append(UInt8(key.count))
        message.append(contentsOf: key)
        message.append(contentsOf: seal)
    }
}
