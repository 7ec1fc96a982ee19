/// A bar with rate and time left on anything that takes more than a second.
///
/// It is drawn on standard error, and only on a terminal.
internal final class ProgressBar {
    /// What is counted.
    internal enum Unit {
        case bytes
        case records
    }

    private let console: Console
    private let verb: String
    private let unit: Unit
    private let start = Ambient.monotonic()
    private var drawn: Int64 = 0
    private var isShown = false

    /// Milliseconds before a bar appears, and between two drawings.
    private static let patience: Int64 = 1_000
    private static let interval: Int64 = 100
    private static let cells = 24

    /// A bar for work that `verb` names, such as `importing`.
    internal init(_ console: Console, _ verb: String, _ unit: Unit) {
        self.console = console
        self.verb = verb
        self.unit = unit
    }

    deinit { clear() }

    /// Tells how much is done; a total of 0 is not known.
    internal func update(_ done: Int64, of total: Int64, note: String? = nil) {
        guard console.isErrorTerminal, !console.isQuiet else { return }
        let now = Ambient.monotonic()
        guard now - start >= Self.patience, now - drawn >= Self.interval else { return }
        drawn = now
        isShown = true
        console.error(
            "\r\u{1B}[K" + text(done, total, elapsed: now - start) + (note.map { "  " + $0 } ?? ""))
    }

    /// Takes the bar away.
    internal func clear() {
        if isShown { console.error("\r\u{1B}[K") }
        isShown = false
    }

    private func text(_ done: Int64, _ total: Int64, elapsed: Int64) -> String {
        let rate = Double(max(0, done)) * 1_000 / Double(max(1, elapsed))
        let speed =
            unit == .bytes ? Quantity.bytes(rate) + "/s" : "\(Quantity.whole(rate)) records/s"
        guard total > 0 else { return "\(verb)  \(speed)" }
        let share = min(1, Double(max(0, done)) / Double(total))
        let full = Int(share * Double(Self.cells))
        let bar =
            String(repeating: "#", count: full) + String(repeating: "-", count: Self.cells - full)
        var text = "\(verb) [\(bar)] \(Int(share * 100)) %  \(speed)"
        if rate > 0 {
            let left = Double(max(0, total - done)) / rate
            text += "  " + Quantity.seconds(left) + " left"
        }
        return text
    }
}
