internal import CofferBytes
internal import CofferExchange
internal import CofferFormat
internal import CofferRecords

/// A part of a file on its way from the thread that reads to the one that writes.
internal struct ImportItem: Sendable {
    /// A record that can be written.
    struct Content: Sendable {
        let record: PreparedRecord
        /// The id of the first record with this content; nil for a record that has one already.
        let firstID: Identifier?
        /// What is known of it beyond its fields; nothing of a record of any other file than ours.
        var about = AboutRecord()
    }

    /// The record, or why it is none that can be written; nil for a part that is no record.
    let content: Result<Content, any Error>?
    /// The collection; empty for a part that is no record.
    let collection: String
    /// The line, from 1, on which it begins.
    let line: Int
    /// Why a part is no record.
    let reason: String
    /// How many bytes of the file were used up to here.
    let bytesConsumed: Int

    /// Prepares an event; runs on the reading thread.
    ///
    /// - Parameter about: What is known of the records of the file beyond their fields.
    init(_ event: RecordEvent, _ preparer: RecordPreparer, _ about: AboutLines?) {
        switch event {
        case .record(let source):
            content = Result {
                guard let about else { return try Self.prepare(source, preparer) }
                return try Self.prepare(source, preparer, about.line(source.line))
            }
            collection = source.collection
            line = source.line
            reason = ""
            bytesConsumed = source.bytesConsumed
        case .reject(let reject):
            content = nil
            collection = ""
            line = reject.line
            reason = reject.reason
            bytesConsumed = reject.bytesConsumed
        }
    }

    private static func prepare(
        _ source: SourceRecord, _ preparer: RecordPreparer
    ) throws -> Content {
        let plan = try preparer.plan(named: source.collection)
        let record = try preparer.prepare(source.value, in: plan)
        // A key that no id can be derived from, such as an array, is as good as none.
        guard record.id == nil else { return Content(record: record, firstID: nil) }
        let first = preparer.names.id(
            ofContent: JSON.write(source.value), ordinal: 0, in: plan.number)
        return Content(record: record, firstID: first)
    }

    /// Prepares a record that was exported with everything.
    private static func prepare(
        _ source: SourceRecord, _ preparer: RecordPreparer, _ about: AboutRecord
    ) throws -> Content {
        let plan = try preparer.plan(named: source.collection)
        guard let value = about.restored(source.value) else {
            throw RecordsError.invalid(
                collection: plan.name, problems: ["/: a field that should hold bytes does not"])
        }
        let record: PreparedRecord
        do { record = try preparer.prepare(value, in: plan) } catch RecordsError.invalid {
            record = try preparer.prepare(value, in: plan, isChecked: !about.isCleared)
        }
        guard record.id == nil, about.id == nil else {
            return Content(record: record, firstID: nil, about: about)
        }
        let first = preparer.names.id(ofContent: JSON.write(value), ordinal: 0, in: plan.number)
        return Content(record: record, firstID: first, about: about)
    }
}
