internal import Coffer
internal import CofferArguments

/// `coffer search`: records that hold words.
internal enum SearchCommand {
    /// How many hits are shown to people unless they ask for more.
    private static let standardLimit = 20

    internal static func run(_ call: Call) throws -> ExitStatus {
        let words = call.invocation.argumentList("words").joined(separator: " ")
        let limit: Int? = try call.number("limit")
        let vault = try call.open()
        try call.isJSON
            ? printJSON(call, vault, words, limit ?? .max)
            : printBest(call, vault, words, limit ?? standardLimit)
        return .done
    }

    private static func printJSON(
        _ call: Call, _ vault: Vault, _ words: String, _ limit: Int
    ) throws {
        var count = 0
        try vault.search(words, in: call.invocation.value("in")) { hit in
            guard count < limit else { return false }
            count += 1
            let line = JSONOutput.hit(hit).json
            try call.console.line(GetCommand.visible(line, call.console))
            return true
        }
    }

    /// The best hits first; equal ones in the order of the vault.
    private static func printBest(
        _ call: Call, _ vault: Vault, _ words: String, _ limit: Int
    ) throws {
        let bar = ProgressBar(call.console, "searching", .records)
        var best: [Vault.Hit] = []
        var count = 0
        try vault.search(
            words, in: call.invocation.value("in"),
            progress: { seen, total in bar.update(Int64(clamping: seen), of: Int64(clamping: total))
            }
        ) { hit in
            count += 1
            let place = best.firstIndex { $0.score < hit.score } ?? best.endIndex
            if place < limit { best.insert(hit, at: place) }
            if best.count > limit { best.removeLast() }
            return true
        }
        bar.clear()
        let isBold = call.console.isOutputTerminal && call.ambient["NO_COLOR"] == nil
        let marks = isBold ? ("\u{1B}[1m", "\u{1B}[0m") : ("[", "]")
        for hit in best {
            try call.console.line(
                Visible.line("\(hit.collection) \(hit.document.key ?? hit.document.id)"))
            try call.console.line(
                "    " + Visible.line(hit.before) + marks.0 + Visible.line(hit.match) + marks.1
                    + Visible.line(hit.after))
        }
        // What waits there stands above the number, also where both go to one terminal.
        try call.console.flush()
        if count > best.count {
            call.console.note(
                "\(count) hits; these are the best \(best.count), --limit shows more")
        } else {
            call.console.note(Quantity.of(count, "hit", "hits"))
        }
    }
}
