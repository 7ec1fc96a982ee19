internal import CofferRecords

extension RecordCollection {
    /// The records for which a predicate holds, read in pages while they are gone through.
    ///
    ///     for try await npc in npcs.all(where: Field<Int>("level") > 3) {
    ///         print(npc.name)
    ///     }
    ///
    /// Each page is a transaction of its own, so a long reading keeps nobody from writing and the
    /// database's log does not grow. In return it is no snapshot: it sees what is written
    /// meanwhile, as far as it comes after the page at hand. A record that is there all the time,
    /// with the predicate holding for it, comes once, as it was when its page was read; one that is
    /// deleted and added again meanwhile may come again, under the same id. That none is missing is
    /// proved by a reading in one ``Vault/read(_:)`` only.
    ///
    /// - Parameter predicate: What must hold; nil for all records.
    /// - Complexity: A page has up to 256 records, or what the predicate holds for among the next
    ///   1,024 where no index answers it; it is read outside of the caller's actor.
    public func all(where predicate: Predicate? = nil) -> RecordPages<Content> {
        RecordPages(self, predicate)
    }
}

/// The records of a collection, read in pages; ``RecordCollection/all(where:)`` makes it.
public struct RecordPages<Content: Sendable>: AsyncSequence, Sendable {
    /// A record.
    public typealias Element = Stored<Content>

    private let collection: RecordCollection<Content>
    private let predicate: Predicate?

    internal init(_ collection: RecordCollection<Content>, _ predicate: Predicate?) {
        self.collection = collection
        self.predicate = predicate
    }

    /// Begins with the first record.
    public func makeAsyncIterator() -> Iterator { Iterator(collection, predicate) }

    /// One going through the records.
    public struct Iterator: AsyncIteratorProtocol {
        private let collection: RecordCollection<Content>
        private let predicate: Predicate?
        /// The row after which the next page begins; nil when there is none.
        private var next: Int64? = 0
        /// What was read and not given yet, the first one last.
        private var waiting: [Stored<Content>] = []

        internal init(_ collection: RecordCollection<Content>, _ predicate: Predicate?) {
            self.collection = collection
            self.predicate = predicate
        }

        /// The next record; nil at the end.
        ///
        /// - Throws: `CancellationError` when the task is cancelled: an end would look as if all
        ///   had come; else what ``RecordCollection/find(where:sort:limit:)`` throws.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws -> Stored<Content>? {
            while true {
                try Task.checkCancellation()
                if let record = waiting.popLast() { return record }
                guard let row = next else { return nil }
                let page = try await collection.page(where: predicate, after: row)
                waiting = page.records.reversed()
                next = page.next
            }
        }
    }
}

extension RecordCollection {
    /// The next records and where those after them begin.
    @concurrent
    internal func page(
        where predicate: Predicate?, after row: Int64
    ) async throws(VaultError) -> (records: [Stored<Content>], next: Int64?) {
        try vault.reading { transaction in
            try transaction.reading { reader in
                let plan = try reader.plan(named: name)
                let page = try reader.page(where: predicate, in: plan, after: row)
                return (try page.records.map { try Stored($0, coder, in: name) }, page.next)
            }
        }
    }
}

extension RecordReader {
    /// The next records for which a predicate holds.
    internal func page(
        where predicate: Predicate?, in plan: CollectionPlan, after row: Int64
    ) throws -> RecordPage {
        guard let predicate else { return try page(of: plan, after: row) }
        var compiler = PredicateCompiler(self, plan)
        let expression = try compiler.compile(predicate)
        do {
            return try page(
                of: plan, where: expression, parameters: compiler.parameters, after: row)
        } catch let error as QueryError { throw VaultError(predicate: error) }
    }
}
