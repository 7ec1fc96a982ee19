internal import CofferBytes
internal import CofferRecords
internal import CofferSQLite

extension RecordReader {
    /// Gives the records for which a predicate holds in the order of their rows, until `each` says
    /// false; without a predicate, all.
    ///
    /// What an index does not answer is a reading of all, which proves that none is missing.
    ///
    /// - Throws: `VaultError.Code.usage` for what cannot be asked, `.invalid` for what SQLite cannot
    ///   evaluate, what reading throws, and what `each` throws.
    internal func records(
        where predicate: Predicate?, in plan: CollectionPlan, each: (Record) throws -> Bool
    ) throws {
        guard let predicate else { return try scan(plan, each: each) }
        try ids(where: predicate, in: plan) { id in
            guard let record = try get(id, in: plan) else {
                throw RecordsError.incomplete(collection: plan.name)
            }
            return try each(record)
        }
    }

    /// Gives the ids of the records for which a predicate holds in the order of their rows, until
    /// `each` says false.
    ///
    /// - Throws: As `records(where:in:each:)`.
    internal func ids(
        where predicate: Predicate, in plan: CollectionPlan, each: (Identifier) throws -> Bool
    ) throws {
        var compiler = PredicateCompiler(self, plan)
        let expression = try compiler.compile(predicate)
        try Self.judging {
            try matching(
                expression, parameters: compiler.parameters, in: plan, limits: Self.noLimit,
                each: each)
        }
    }

    /// The number of records for which a predicate holds; without a predicate, of all.
    ///
    /// - Throws: As `records(where:in:each:)`.
    internal func count(where predicate: Predicate?, in plan: CollectionPlan) throws -> Int {
        guard let predicate else { return Int(clamping: try count(plan)) }
        var compiler = PredicateCompiler(self, plan)
        let expression = try compiler.compile(predicate)
        return try Self.judging {
            try countMatching(
                expression, parameters: compiler.parameters, in: plan, limits: Self.noLimit)
        }
    }

    /// A listing takes the time that it takes.
    private static var noLimit: QueryLimits {
        var limits = QueryLimits()
        limits.nanoseconds = nil
        return limits
    }

    private static func judging<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as QueryError {
            throw VaultError(predicate: error)
        }
    }
}

extension VaultError {
    /// Says of a predicate what is wrong with it.
    internal init(predicate error: QueryError) {
        switch error {
        case .statement(let message, _):
            // The place would be one in an expression that nobody wrote.
            self.init(.invalid, "the predicate cannot be evaluated: \(message)")
        case .refused(let message), .parameter(let message):
            self.init(.usage, "the predicate cannot be used: \(message)")
        case .tooLong, .tooLarge, .tooManyRows: self.init(error, sql: "")
        }
    }
}
