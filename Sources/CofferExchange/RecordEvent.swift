package import CofferFormat

/// What a source yields, in the order of the file.
package enum RecordEvent: Sendable {
    /// A record to be kept.
    case record(SourceRecord)
    /// A part of the file that is no record; reading goes on after it.
    case reject(SourceReject)

    /// How many bytes of the file were used up to here.
    internal var bytesConsumed: Int {
        switch self {
        case .record(let record): record.bytesConsumed
        case .reject(let reject): reject.bytesConsumed
        }
    }
}

/// A record as it stands in a file.
package struct SourceRecord: Hashable, Sendable {
    /// The collection it belongs to.
    package let collection: String
    /// The record: always an object.
    package let value: Value
    /// The line, from 1, on which it begins.
    package let line: Int
    /// Its place among the records and rejects of the file, from 1.
    package let index: Int
    /// How many bytes of the file were used up to here, for progress.
    package let bytesConsumed: Int
}

/// Why a part of a file is no record.
package struct SourceReject: Hashable, Sendable {
    /// The line, from 1, on which it begins.
    package let line: Int
    /// Its place among the records and rejects of the file, from 1.
    package let index: Int
    /// What is wrong, for people; it quotes no value.
    package let reason: String
    /// How many bytes of the file were used up to here, for progress.
    package let bytesConsumed: Int
}
