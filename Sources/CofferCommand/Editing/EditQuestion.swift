internal import Coffer

/// What becomes of a text that was typed and could not be written.
///
/// The text is worth more than the error: without a yes or a no it is neither written nor dropped,
/// and before it is dropped it is shown. It is never put on a disk.
internal struct EditQuestion {
    /// What the person wants.
    internal enum Answer {
        /// To have the editor again, with the text.
        case edit
        /// To have it written as it is.
        case write
    }

    /// How much of a value is shown.
    private static let shown = 120

    private let console: Console
    private let text: [UInt8]

    /// Asks about a text.
    internal init(_ console: Console, _ text: [UInt8]) {
        self.console = console
        self.text = text
    }

    /// Asks whether to edit again what is not valid, or not there any more.
    ///
    /// - Throws: The error where nobody can be asked, `declined` after a no.
    internal func ask(about error: Failure) throws(Failure) -> Answer {
        let terminal = try terminal(error)
        guard Self.isNo(terminal.ask("Edit again? [Y/n] ")) else { return .edit }
        throw giveUp(terminal)
    }

    /// Asks whether to write over what somebody else has made of the record meanwhile.
    ///
    /// - Parameter now: The record as it is now, against which it is written next; nil when it was
    ///   removed.
    /// - Throws: The error where nobody can be asked, `declined` after a no.
    internal func ask(about error: Failure, _ now: Document?) throws(Failure) -> Answer {
        let terminal = try terminal(error)
        let question: String
        if let now {
            for line in differences(now) { console.error("    " + Visible.line(line) + "\n") }
            question = "Write your text over it (y), edit again (e) or give up (n)? [y/E/n] "
        } else {
            question =
                "It was removed meanwhile. Add it anew (y), edit again (e) or give up (n)? "
                + "[y/E/n] "
        }
        let answer = terminal.ask(question)
        if ["y", "yes"].contains(answer.lowercased()) { return .write }
        guard Self.isNo(answer) else { return .edit }
        throw giveUp(terminal)
    }

    private func terminal(_ error: Failure) throws(Failure) -> Terminal {
        guard console.isErrorTerminal, let terminal = Terminal() else {
            throw error.adding("the text that was typed is not kept")
        }
        console.tell(error)
        return terminal
    }

    private static func isNo(_ answer: String) -> Bool {
        ["n", "no"].contains(answer.lowercased())
    }

    /// Shows the text, unless that is not wanted: from here on it is nowhere else.
    private func giveUp(_ terminal: borrowing Terminal) -> Failure {
        if !Self.isNo(terminal.ask("Show your text before it is gone? [Y/n] ")) {
            terminal.write(Visible.lines(String(decoding: text, as: UTF8.self)))
        }
        return Failure("declined", "nothing was changed", .failed)
    }

    /// The fields in which the record and the text differ.
    private func differences(_ now: Document) -> [String] {
        let mine = (try? JSONInput(text.span))?.members ?? []
        let names = now.fields + mine.map(\.name).filter { !now.fields.contains($0) }
        return names.compactMap { name in
            let theirs = now.fieldJSON(name)
            let yours = mine.first { $0.name == name }
                .map { String(decoding: $0.value.json, as: UTF8.self) }
            guard theirs != yours else { return nil }
            return "\(name): \(Self.short(theirs)) there, \(Self.short(yours)) in your text"
        }
    }

    private static func short(_ json: String?) -> String {
        guard let json else { return "absent" }
        let part = json.prefix(shown)
        return part.endIndex == json.endIndex ? json : part + "…"
    }
}
