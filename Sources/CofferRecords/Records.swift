internal import CofferBytes
internal import CofferFormat
internal import CofferSchema
package import CofferStore

/// The collections of an unlocked store and the records in them.
package final class Records {
    /// The store.
    package let store: Store
    private var plans: [UInt32: CollectionPlan] = [:]
    internal var cache = RecordCache(limit: Records.cacheLimit)
    /// What opened records may take unless told otherwise, in bytes: 32 MiB.
    package static let cacheLimit = 32 << 20
    private var kept: RecordTools?
    private var reader: (it: RecordReader, digest: [UInt8])?
    internal var layouts: [UInt32: SQLLayout] = [:]

    /// The records of `store`, which must be unlocked before anything is asked.
    package init(_ store: Store) {
        self.store = store
        store.atLock = { [weak self] in
            self?.kept = nil
            self?.reader = nil
            self?.cache.removeAll()
            for holder in self?.holders ?? [] { holder.it?.forgetKeys() }
        }
    }

    private struct Holder {
        weak var it: (any KeyHolder)?
    }

    private var holders: [Holder] = []

    /// Has somebody forget the keys that it keeps when the vault is locked; nobody is kept alive
    /// by that.
    package func keepsKeys(_ holder: some KeyHolder) {
        // Those that are gone go each time that there are twice as many.
        if holders.count & (holders.count - 1) == 0 { holders.removeAll { $0.it == nil } }
        holders.append(Holder(it: holder))
    }

    /// Runs `body` on one snapshot.
    package func read<Result>(_ body: (RecordReader) throws -> Result) throws -> Result {
        try store.read { frame in try body(try reader(frame)) }
    }

    /// A reader for a snapshot; the one of before where nothing has changed since.
    private func reader(_ frame: Frame) throws -> RecordReader {
        guard let digest = store.digest else { throw StoreError.locked }
        if let reader, reader.digest == digest, reader.it.frame.identity === frame.identity {
            return reader.it
        }
        let made = try RecordReader(records: self, frame: frame)
        reader = (made, digest)
        return made
    }

    /// The reader of the state that the last transaction saw; nil before the first.
    internal var currentReader: RecordReader? {
        guard let reader, let digest = store.digest, reader.digest == digest else { return nil }
        return reader.it
    }

    /// What is made of a frame's keys and definitions, made once for each frame.
    internal func tools(_ frame: Frame) throws -> RecordTools {
        if let kept, kept.identity === frame.identity { return kept }
        let made = try RecordTools(frame)
        kept = made
        return made
    }

    /// Runs `body` in one transaction: all of it, or none.
    package func write<Result>(_ body: (RecordWriter) throws -> Result) throws -> Result {
        try store.write { transaction in
            let writer = try RecordWriter(records: self, transaction: transaction)
            let result = try body(writer)
            try writer.checkReferences()
            try writer.expireHistory()
            return result
        }
    }

    /// The collection with `name`, ready for work.
    ///
    /// - Throws: `RecordsError.noCollection`.
    internal func plan(named name: String, in frame: Frame) throws -> CollectionPlan {
        guard let definition = frame.catalog.named(name) else {
            throw RecordsError.noCollection(name)
        }
        return try plan(definition)
    }

    /// A definition, ready for work.
    internal func plan(_ definition: Definition) throws -> CollectionPlan {
        if let known = plans[definition.collection], known.definition == definition {
            return known
        }
        let plan = try CollectionPlan(compiling: definition)
        plans[definition.collection] = plan
        return plan
    }
}
