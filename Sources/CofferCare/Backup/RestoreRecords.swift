internal import CofferBundles
internal import CofferBytes
internal import CofferFormat
package import CofferRecords
internal import CofferSchema
internal import CofferStore

/// Fetches single records, or one collection, from a chain of bundles into a vault.
package struct RestoreRecords {
    /// What was done.
    package struct Outcome: Sendable {
        /// Records that were gone and are back.
        package var created: UInt64 = 0
        /// Records that are again as the bundle has them; the versions before are kept.
        package var updated: UInt64 = 0
        /// Records that were as the bundle has them.
        package var unchanged: UInt64 = 0
        /// Records that were left alone.
        package var skipped: UInt64 = 0
        /// Records whose person was erased.
        package var withheld: UInt64 = 0

        /// How many the bundles have.
        package var found: UInt64 { created + updated + unchanged + skipped + withheld }
    }

    private let chain: [BundleReader]
    private let trust: BundleTrust
    private let records: Records
    private let progress: (UInt64, UInt64) throws -> Void

    /// Prepares one.
    ///
    /// - Parameter progress: Hears how many entries are read, and how many there are; throws to
    ///   cancel.
    package init(
        _ verified: VerifiedChain, into records: Records,
        progress: @escaping (UInt64, UInt64) throws -> Void = { _, _ in }
    ) {
        chain = verified.bundles
        trust = verified.trust
        self.records = records
        self.progress = progress
    }

    /// Fetches them, in one transaction.
    ///
    /// - Parameters:
    ///   - collection: The collection; it is made as the bundle has it where it is gone.
    ///   - record: The record's own key or its UUID; nil for all of the collection.
    ///   - isTried: Whether everything is taken back at the end.
    /// - Throws: `BackupError`; `RecordsError`; `BundleError`.
    package func run(
        _ collection: String, _ record: String?, existing: RecordWriter.Existing,
        isTried: Bool
    ) throws -> Outcome {
        var outcome = Outcome()
        do {
            try records.write { writer in
                let taking = Taking(writer, collection, record, existing)
                let reader = try ChainReader(chain, trust, taking, progress: progress)
                try reader.read()
                outcome = taking.outcome
                outcome.withheld = reader.withheld(in: taking.number)
                guard taking.number != nil else { throw RecordsError.noCollection(collection) }
                guard outcome.found > 0 || record == nil else {
                    throw RecordsError.noRecord(collection: collection)
                }
                if isTried { throw Tried() }
                try writer.transaction.audit(
                    "restore-records",
                    [
                        AuditEntry.Detail("bundle", chain[0].manifest.bundle.description),
                        AuditEntry.Detail("collection", collection),
                        AuditEntry.Detail("created", "\(outcome.created)"),
                        AuditEntry.Detail("updated", "\(outcome.updated)"),
                    ])
            }
        } catch is Tried {}
        return outcome
    }

    private struct Tried: Error {}

    /// Takes the records of one collection, and writes them.
    private final class Taking: ChainReader.Receiver {
        private let writer: RecordWriter
        private let collection: String
        private let record: String?
        private let existing: RecordWriter.Existing
        private var values: StreamValues?
        private var plan: CollectionPlan?
        private var wanted: Set<Identifier>?
        private(set) var number: UInt32?
        private(set) var outcome = Outcome()

        init(
            _ writer: RecordWriter, _ collection: String, _ record: String?,
            _ existing: RecordWriter.Existing
        ) {
            self.writer = writer
            self.collection = collection
            self.record = record
            self.existing = existing
        }

        func begin(_ standing: StreamStanding, _ definitions: [Definition]) throws {
            guard
                let definition = definitions.last(where: {
                    !$0.isSystem && $0.name == collection
                })
            else { return }
            let values = try StreamValues(definition)
            self.values = values
            number = definition.collection
            let plan: CollectionPlan
            do { plan = try writer.plan(named: collection) } catch RecordsError.noCollection {
                plan = try make(definition, values)
            }
            self.plan = plan
            wanted = record.map { Set(writer.reader.candidates($0, in: plan)) }
        }

        /// Makes the collection as the bundle has it.
        private func make(
            _ definition: Definition, _ values: StreamValues
        ) throws -> CollectionPlan {
            let schema = try CollectionSchema(
                parsing: try JSON.parse(definition.schema), text: definition.schema,
                name: definition.name)
            _ = try writer.apply([
                RecordWriter.Proposal(
                    schema: schema, key: values.keyName.map { .named($0) } ?? .none)
            ])
            return try writer.plan(named: collection)
        }

        func record(_ record: StreamRecord, key: Identifier?, collection: UInt32) throws {
            guard collection == number, let plan, let values,
                wanted?.contains(record.id) ?? true
            else { return }
            let written = try writer.put(
                try values.value(of: record), in: plan, id: record.id, existing: existing)
            switch written.outcome {
            case .created: outcome.created += 1
            case .updated: outcome.updated += 1
            case .unchanged: outcome.unchanged += 1
            case .skipped: outcome.skipped += 1
            }
        }

        func version(_ record: StreamRecord, key: Identifier?, collection: UInt32) {}
        func tombstone(_ tombstone: Tombstone, sequence: UInt64) {}
        func audit(_ number: UInt64, seal: [UInt8]) {}
    }
}
