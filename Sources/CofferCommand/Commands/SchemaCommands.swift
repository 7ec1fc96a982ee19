internal import Coffer
internal import CofferArguments

/// Commands about what collections hold.
internal enum SchemaCommands {
    /// `coffer schema list`.
    internal static func list(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let collections = try vault.collections()
        if call.isJSON {
            try call.console.print(.array(collections.map { .collection($0) }))
            return .done
        }
        var table = Table([
            .init("COLLECTION"), .init("RECORDS", isNumber: true), .init("VERSION", isNumber: true),
            .init("KEY"), .init("FIELDS"),
        ])
        for info in collections {
            table.add([
                info.name, "\(info.records)", "\(info.version)", info.key ?? "-",
                "\(info.fields.count)",
            ])
        }
        if collections.isEmpty {
            call.console.note("There is no collection yet. See: coffer import, coffer schema apply")
        } else {
            for line in table.lines() { try call.console.line(line) }
        }
        return .done
    }

    /// `coffer schema show`: the schema itself, so that it can be edited and applied again.
    internal static func show(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let info = try vault.collectionInfo(call.collection)
        if call.isJSON {
            try call.console.print(.collection(info, withSchema: true))
        } else {
            try call.console.line(
                GetCommand.visible(JSONOutput.indented(info.schema), call.console))
        }
        return .done
    }

    /// `coffer schema suggest`: needs no vault.
    internal static func suggest(_ call: Call) throws -> ExitStatus {
        let found = try Vault.suggestSchemas(
            for: call.invocation.argumentList("files"), into: call.invocation.value("into"))
        guard !found.isEmpty else { throw Failure.invalid("the files hold no records") }
        guard let output = call.invocation.value("output") else {
            let json = call.isJSON ? whole(found) : JSONOutput.indented(whole(found))
            try call.console.line(GetCommand.visible(json, call.console))
            return .done
        }
        if let only = found.first, found.count == 1, !Paths.isDirectory(output) {
            try write(call, only, to: output)
            return .done
        }
        try OutputFile.createDirectory(output)
        for schema in found {
            try write(call, schema, to: Paths.join(output, "\(schema.name).schema.json"))
        }
        return .done
    }

    /// One schema as it is; of several an object by the names of the collections.
    private static func whole(_ found: [Vault.SuggestedSchema]) -> String {
        if let only = found.first, found.count == 1 { return only.schema }
        return JSONOutput.object(found.map { ($0.name, .written($0.schema)) }).json
    }

    private static func write(
        _ call: Call, _ schema: Vault.SuggestedSchema, to path: String
    ) throws {
        let file = try OutputFile(at: path, replacing: call.invocation.flag("force"))
        Interruption.removesAtSignal(file.unfinishedPath)
        defer { Interruption.removesAtSignal(nil) }
        try file.write(Array((JSONOutput.indented(schema.schema) + "\n").utf8))
        try file.finish()
        try call.console.line(Visible.line(path))
    }

    /// `coffer schema apply`.
    internal static func apply(_ call: Call) throws -> ExitStatus {
        var sources: [SchemaSource] = []
        for path in call.invocation.argumentList("files") { sources += try Self.sources(path) }
        let vault = try call.open()
        let applied = try vault.apply(sources)
        let changed = applied.count { $0.outcome != "unchanged" }
        call.noteWrite(vault, "\(Quantity.of(changed, "schema", "schemas")) put in force")
        if let safety = applied.first?.safetyBundle {
            call.console.note("A safety bundle of before is \(Visible.line(safety)).")
        }
        if call.isJSON {
            try call.console.print(
                .array(
                    applied.map { schema in
                        .object([
                            ("name", .text(schema.name)),
                            ("version", .integer(Int64(schema.version))),
                            ("outcome", .text(schema.outcome)),
                            ("remarks", .array(schema.remarks.map { .text($0) })),
                            ("safetyBundle", .text(schema.safetyBundle)),
                        ])
                    }))
        } else {
            for schema in applied {
                try call.console.line(
                    "\(schema.name)  \(schema.outcome), version \(schema.version)")
                for remark in schema.remarks {
                    try call.console.line("    " + Visible.line(remark))
                }
            }
        }
        return .done
    }

    private static func sources(_ path: String) throws(Failure) -> [SchemaSource] {
        var files = [path]
        if Paths.isDirectory(path) {
            files = Paths.names(in: path).filter { $0.hasSuffix(".json") }
                .map { Paths.join(path, $0) }
            guard !files.isEmpty else { throw .invalid("\(path) has no .json file") }
        }
        var sources: [SchemaSource] = []
        for file in files {
            var name = file == "-" ? "" : Paths.name(of: file)
            for ending in [".json", ".schema"] where name.hasSuffix(ending) {
                name.removeLast(ending.count)
            }
            let json = try InputFile.read(file, limit: Self.schemaLimit)
            sources.append(SchemaSource(name: name, prefersTitle: true, json: json))
        }
        return sources
    }

    /// The largest schema; a page of text is usual.
    private static let schemaLimit = 16 << 20
}
