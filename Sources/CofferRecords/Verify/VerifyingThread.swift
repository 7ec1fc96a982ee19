internal import CofferFormat
internal import CofferSchema
internal import CofferStore

/// What one thread verifies records with.
internal final class VerifyingThread: @unchecked Sendable {
    // Sendable is true because one thread at a time has it: the one that made it, and after that
    // the one that it was made for.

    private let reader: RecordReader
    private let opensOnly: Bool
    private var tools: (plan: CollectionPlan, checker: RuleChecker, counter: RowCounter)?

    init(_ reader: RecordReader, opensOnly: Bool) {
        self.reader = reader
        self.opensOnly = opensOnly
    }

    /// Verifies a part; what ends it early stands in what was found.
    func verify(_ part: VerifyingBoard.Part) -> VerifyingBoard.Findings {
        var findings = VerifyingBoard.Findings()
        do {
            let tools = try tools(part.plan)
            // What an earlier part left when it ended early belongs to that one.
            _ = tools.counter.take()
            defer { findings.tally = tools.counter.take() }
            let checker = opensOnly ? nil : tools.checker
            try reader.verify(part.plan, part.range, checker, tools.counter) {
                findings.problems.append($0)
            }
        } catch { findings.failure = error }
        return findings
    }

    private func tools(
        _ plan: CollectionPlan
    ) throws -> (plan: CollectionPlan, checker: RuleChecker, counter: RowCounter) {
        if let tools, tools.plan === plan { return tools }
        let made = (
            plan,
            try RuleChecker(
                plan.schema.checks,
                fields: plan.definition.fields.map(\.name).filter { !$0.isEmpty }),
            RowCounter(reader.frame, .records, collection: plan.number)
        )
        tools = made
        return made
    }
}
