internal import Coffer
internal import CofferArguments

/// `coffer get`: one record, or one field of it.
internal enum GetCommand {
    internal static func run(_ call: Call) throws -> ExitStatus {
        let (record, rest) = try call.recordAndRest()
        guard rest.isEmpty else { throw Failure.usage("get shows one record") }
        let vault = try call.open()
        let document = try vault.get(call.collection, record)
        if let field = call.invocation.value("field") {
            try printField(call, document, field)
        } else if call.isJSON {
            try call.console.line(visible(document.fullJSON, call.console))
        } else {
            try printText(call, document)
        }
        return .done
    }

    private static func printField(
        _ call: Call, _ document: Document, _ field: String
    ) throws(Failure) {
        let text = call.isJSON ? document.fieldJSON(field) : document.fieldText(field)
        guard let text else {
            throw .noField(field)
        }
        guard call.console.isOutputTerminal else { return try call.console.line(text) }
        try call.console.line(call.isJSON ? Visible.json(text) : Visible.lines(text))
    }

    /// The record for people.
    internal static func printText(_ call: Call, _ document: Document) throws(Failure) {
        let console = call.console
        try console.line(
            Visible.line(
                "\(call.collection) \(document.key ?? document.id)  version \(document.version), "
                    + "\(Timestamp.text(document.modified))"))
        if document.key != nil { try console.line("id \(document.id)") }
        try console.line("")
        let names = document.fields.map { Visible.line($0) }
        let width = min(24, names.map { TextWidth.of($0) }.max() ?? 0)
        for (field, name) in zip(document.fields, names) {
            let text = Visible.lines(document.fieldText(field) ?? "")
            let head = TextWidth.of(name) > width ? name : TextWidth.fit(name, width)
            let indent = "\n" + String(repeating: " ", count: width + 2)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            try console.line(head + "  " + lines.joined(separator: indent))
        }
    }

    /// JSON for standard output: on a terminal without anything that moves its cursor.
    internal static func visible(_ json: String, _ console: Console) -> String {
        console.isOutputTerminal ? Visible.json(json) : json
    }
}
