internal import Coffer
internal import CofferArguments

/// `coffer import`: files into the vault, in one transaction.
internal enum ImportCommand {
    internal static func run(_ call: Call) throws -> ExitStatus {
        let invocation = call.invocation
        var request = ImportRequest(paths: invocation.argumentList("files"))
        request.into = invocation.value("into")
        request.idField = invocation.value("id-field")
        request.isDryRun = invocation.flag("dry-run")
        request.keepsGoing = invocation.flag("keep-going")
        if let existing = invocation.value("existing").flatMap(ImportRequest.Existing.init) {
            request.existing = existing
        }
        let vault = try call.open()
        let bar = ProgressBar(call.console, "importing", .bytes)
        let report = try vault.importFiles(request) { bar.update($0, of: $1) }
        bar.clear()
        if request.isDryRun {
            call.noteWrite(vault, "nothing was written (dry run)", isStored: false)
        } else {
            call.noteWrite(vault, summary(report))
        }
        for name in report.lostFiles {
            call.console.warn("\(name) was damaged when it was exported: its bytes are not there")
        }
        try call.isJSON ? call.console.print(.imported(report)) : printText(call, report)
        return .done
    }

    private static func summary(_ report: ImportReport) -> String {
        let counts = report.collections.map(\.counts)
        let created = counts.reduce(0) { $0 + $1.created }
        let updated = counts.reduce(0) { $0 + $1.updated }
        let written = (report.files?.created ?? 0) + (report.files?.updated ?? 0)
        return "\(created) created, \(updated) updated"
            + (written > 0 ? ", " + Quantity.of(written, "file", "files") : "")
    }

    private static func printText(_ call: Call, _ report: ImportReport) throws(Failure) {
        var table = Table([
            .init("COLLECTION"), .init("CREATED", isNumber: true), .init("UPDATED", isNumber: true),
            .init("UNCHANGED", isNumber: true), .init("REJECTED", isNumber: true),
        ])
        for (name, counts) in report.collections {
            table.add([
                name, "\(counts.created)", "\(counts.updated)", "\(counts.unchanged)",
                "\(counts.rejected)",
            ])
        }
        if let counts = report.files {
            table.add([
                "(files)", "\(counts.created)", "\(counts.updated)", "\(counts.unchanged)",
                "\(counts.rejected)",
            ])
        }
        for line in table.lines() { try call.console.line(line) }
        for reject in report.rejects {
            call.console.note(Visible.line("\(reject.file):\(reject.line): \(reject.reason)"))
        }
        if report.rejects.count == ImportReport.rejectLimit {
            call.console.note("More were rejected; the first \(report.rejects.count) are named.")
        }
    }
}
