internal import Coffer
internal import CofferArguments

/// Commands about older versions.
internal enum HistoryCommands {
    /// `coffer history`.
    internal static func history(_ call: Call) throws -> ExitStatus {
        let words = call.invocation.arguments
        if words == ["policy"], call.invocation.value("id") == nil { return try policy(call) }
        guard call.invocation.value("days") == nil, call.invocation.value("versions") == nil
        else { throw Failure.usage("--days and --versions belong to: coffer history policy") }
        let (record, rest) = try call.recordAndRest()
        guard rest.isEmpty else { throw Failure.usage("history shows one record") }
        let wanted: UInt64? = try call.number("show")
        let vault = try call.open()
        let versions = try vault.history(call.collection, record)
        if let wanted { return try show(call, versions, wanted) }
        if call.isJSON {
            try call.console.print(.array(versions.map { .version($0) }))
            return .done
        }
        var table = Table([
            .init("VERSION", isNumber: true), .init("WRITTEN"), .init("ENDED"), .init("FATE"),
        ])
        for version in versions {
            table.add([
                "\(version.document.version)", Timestamp.text(version.document.modified),
                version.ended.map { Timestamp.text($0) } ?? "", version.fate.rawValue,
            ])
        }
        for line in table.lines() { try call.console.line(line) }
        return .done
    }

    private static func show(
        _ call: Call, _ versions: [Vault.Version], _ number: UInt64
    ) throws -> ExitStatus {
        guard let version = versions.first(where: { $0.document.version == number }) else {
            throw Failure.noVersion(number)
        }
        if call.isJSON {
            try call.console.print(.version(version))
        } else {
            try GetCommand.printText(call, version.document)
        }
        return .done
    }

    private static func policy(_ call: Call) throws -> ExitStatus {
        let days: Int? = try call.number("days")
        let versions: Int? = try call.number("versions")
        let vault = try call.open()
        var policy = try vault.historyPolicy()
        if days != nil || versions != nil {
            let before = policy
            policy.days = days ?? policy.days
            policy.versions = versions ?? policy.versions
            if policy.days < before.days || policy.versions < before.versions {
                try call.confirm("Older versions over the new bounds go for good. Go on?")
            }
            try vault.set(policy)
        }
        if call.isJSON {
            try call.console.print(
                .object([
                    ("days", .integer(Int64(policy.days))),
                    ("versions", .integer(Int64(policy.versions))),
                ]))
        } else {
            try call.console.line(
                "older versions are kept for \(Quantity.of(policy.days, "day", "days")), "
                    + "at most \(policy.versions) of a record")
        }
        return .done
    }

    /// `coffer undo`.
    internal static func undo(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let undone = try vault.undo()
        if call.isJSON {
            try call.console.print(.undone(undone))
            return .done
        }
        let parts = [
            (undone.reverted, "as before"), (undone.restored, "put back"),
            (undone.removed, "removed"),
        ].filter { $0.0 > 0 }.map { "\(Quantity.of($0.0, "record", "records")) \($0.1)" }
        try call.console.line(
            "undone, the change of \(Timestamp.text(undone.time)): "
                + "\(parts.joined(separator: ", ")); undo again does it again")
        return .done
    }

    /// `coffer trash list`.
    internal static func listTrash(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let trash = try vault.trash(call.invocation.argument("collection"))
        if call.isJSON {
            try call.console.print(.array(trash.map { .trashed($0) }))
            return .done
        }
        var table = Table([.init("DELETED"), .init("COLLECTION"), .init("RECORD")])
        for one in trash {
            table.add([
                Timestamp.text(one.deleted), one.collection, one.document.key ?? one.document.id,
            ])
        }
        let files =
            call.invocation.argument("collection") == nil ? try vault.files.trash().count : 0
        if files > 0 {
            call.console.note("\(Quantity.of(files, "file", "files")), too: coffer file trash")
        } else if trash.isEmpty {
            call.console.note("the trash is empty")
        }
        for line in trash.isEmpty ? [] : table.lines() { try call.console.line(line) }
        return .done
    }

    /// `coffer trash restore`.
    internal static func restore(_ call: Call) throws -> ExitStatus {
        let (record, rest) = try call.recordAndRest()
        guard rest.isEmpty else { throw Failure.usage("trash restore puts back one record") }
        let vault = try call.open()
        let written = try vault.restore(call.collection, record)
        call.noteWrite(vault, "\(call.collection) \(written.id) is back")
        try WriteCommands.tell(call, written)
        return .done
    }

    /// `coffer trash empty`.
    internal static func emptyTrash(_ call: Call) throws -> ExitStatus {
        let collection = call.invocation.argument("collection")
        try call.confirm(
            "Remove all deleted records\(collection.map { " of \($0)" } ?? " and files") for good?")
        let vault = try call.open()
        let removed = try vault.emptyTrash(collection)
        if call.isJSON {
            try call.console.print(.removed(removed))
        }
        call.noteWrite(
            vault, "\(Quantity.of(removed, "deleted record", "deleted records")) gone for good")
        return .done
    }
}
