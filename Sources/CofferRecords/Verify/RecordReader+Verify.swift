internal import CofferBytes
internal import CofferFormat
internal import CofferSQLite
internal import CofferSchema
internal import CofferStore

extension RecordReader {
    /// Opens the records of some rows and everything derived from them, and goes on where one does
    /// not verify.
    ///
    /// - Parameters:
    ///   - range: The row numbers.
    ///   - checker: The rules of the collection; nil where it is enough that every field opens.
    ///   - counter: Takes count and sum of the rows.
    ///   - problem: Is given each problem, a `RecordsError.damaged`.
    internal func verify(
        _ plan: CollectionPlan, _ range: ClosedRange<Int64>, _ checker: RuleChecker?,
        _ counter: RowCounter, problem: (RecordsError) -> Void
    ) throws {
        let rows = try connection.prepare(plan.select + " WHERE rid BETWEEN ?1 AND ?2 ORDER BY rid")
        try rows.bind(range.lowerBound, at: 1)
        try rows.bind(range.upperBound, at: 2)
        while try rows.step() {
            unsafe counter.add(key: rows.int64(0), seal: rows.unsafelyBorrowBytes(4))
            do {
                guard let checker else {
                    try openAll(rows, plan)
                    continue
                }
                let record = try open(rows, plan)
                for what in try findings(record, rows, plan, checker) {
                    problem(damaged(plan, record.rid, record.id, what))
                }
            } catch let error as RecordsError {
                problem(error)
            }
        }
    }

    /// Opens the header and every field of the current row, a full row of `plan`; no value is made.
    private func openAll(_ row: borrowing Statement, _ plan: CollectionPlan) throws {
        _ = try openHeader(row, plan)
        let opener = try opener(plan)
        do {
            for index in opener.it.present.indices {
                try opener.it.open(index, row, plan: plan)
            }
        } catch RecordOpener.Failure.damaged(let what) {
            throw damaged(plan, row.int64(0), Identifier(row.bytes(1)), what)
        }
    }

    /// The number of rows of one of our tables.
    package func count(rowsOf table: String) throws -> UInt64 {
        let rows = try connection.prepare("SELECT count(*) FROM \(table)")
        return try rows.step() ? UInt64(bitPattern: rows.int64(0)) : 0
    }

    private func findings(
        _ record: Record, _ row: borrowing Statement, _ plan: CollectionPlan,
        _ checker: RuleChecker
    ) throws -> [String] {
        var findings: [String] = []
        for (position, place) in plan.clearColumns.enumerated() where place >= 0 {
            let field = plan.definition.fields[position]
            let wanted = try clearValues(record.value[field.name], of: field, in: plan)
            let isHeld = ClearValue(row, place).map { wanted.contains($0) } ?? wanted.isEmpty
            if !isHeld { findings.append("the index of field \(field.number)") }
        }
        if let key = record.key, let id = names.id(of: key, in: plan.number), id != record.id {
            findings.append("its id is not that of its key")
        }
        if plan.hasSubject, try !isUnderOwnKey(record, row, plan) {
            findings.append("it is under another person's key")
        }
        let broken = plan.schema.validate(record.value).count
        if broken > 0 { findings.append("\(broken) rules of its schema are broken") }
        if try !checker.problems(record.value).isEmpty { findings.append("a check is broken") }
        return findings
    }

    private func isUnderOwnKey(
        _ record: Record, _ row: borrowing Statement, _ plan: CollectionPlan
    ) throws -> Bool {
        let number = try opener(plan).it.keys.last ?? 0
        let person: Value?
        switch plan.definition.subject {
        case .none: return true
        case .own: person = plan.keyName == nil ? .text(record.id.description) : record.key
        case .field(let number):
            let field = plan.definition.fields.first { $0.number == number }
            person = field.flatMap { record.value[$0.name] }
        }
        guard let person, let subject = names.subject(person) else { return number == 0 }
        return try keys.subject(ofKey: number) == subject
    }
}
