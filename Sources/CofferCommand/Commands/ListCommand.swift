internal import Coffer
internal import CofferArguments

/// `coffer list`: the records of a collection, one object a line or as a table.
internal enum ListCommand {
    internal static func run(_ call: Call) throws -> ExitStatus {
        let invocation = call.invocation
        var request = ListRequest()
        request.condition = invocation.value("where")
        request.sort = invocation.value("sort")
        request.isReversed = invocation.flag("reverse")
        request.limit = try call.number("limit")
        if let fields = invocation.value("fields") {
            request.fields = fields.split(separator: ",").map(String.init)
            guard !request.fields.isEmpty else { throw Failure.usage("--fields names no field") }
        }
        if request.isReversed, request.sort == nil {
            throw Failure.usage("--reverse needs --sort")
        }
        let vault = try call.open()
        try call.isJSON ? printJSON(call, vault, request) : printTable(call, vault, request)
        return .done
    }

    private static func printJSON(
        _ call: Call, _ vault: Vault, _ request: ListRequest
    ) throws {
        let bar = ProgressBar(call.console, "reading", .records)
        // A bar among lines on the same terminal would only break them.
        let isDrawn = !call.console.isOutputTerminal
        try vault.list(
            call.collection, request,
            progress: { seen in
                if isDrawn { bar.update(Int64(seen), of: 0) }
            }
        ) { document in
            try call.console.line(GetCommand.visible(document.fullJSON, call.console))
            return true
        }
    }

    private static func printTable(
        _ call: Call, _ vault: Vault, _ request: ListRequest
    ) throws {
        let info = try vault.collectionInfo(call.collection)
        let names = request.fields.isEmpty ? columns(of: info) : request.fields
        var table = RecordTable(
            call.console, names: names, isAsked: !request.fields.isEmpty, key: info.key,
            width: call.console.width(call.ambient))
        try vault.list(call.collection, request) { document in
            try table.add(document)
            return true
        }
        try table.finish()
        call.console.detail(Quantity.of(table.count, "record", "records"))
    }

    /// The fields in the order of the schema, but first what people call a record.
    private static func columns(of info: Vault.CollectionInfo) -> [String] {
        let names = ["name", "title"].filter { info.fields.contains($0) && $0 != info.key }
        return names + info.fields.filter { $0 != info.key && !names.contains($0) }
    }
}
