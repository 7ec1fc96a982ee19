internal import Coffer
internal import CofferArguments

/// `coffer check`: verifies everything; the exit status says whether it is sound.
internal enum CheckCommand {
    internal static func run(_ call: Call) throws -> ExitStatus {
        let share = try share(call)
        let report: Vault.CheckReport
        do {
            let vault = try call.open()
            let bar = ProgressBar(call.console, "checking", .records)
            defer { bar.clear() }
            report = try vault.check(files: share) {
                bar.update(Int64(clamping: $0), of: Int64(clamping: $1))
            }
        } catch let error as VaultError where error.code == .damaged {
            // What keeps the vault from being unlocked is a finding like any other.
            report = Vault.CheckReport(unopenedBy: error)
        }
        try call.isJSON ? printJSON(report, call.console) : printText(report, call.console)
        return report.isSound ? .done : .damaged
    }

    /// Which share of the bytes of files is read.
    private static func share(_ call: Call) throws(Failure) -> Double {
        let isDeep = call.invocation.flag("files")
        guard let text = call.invocation.value("sample") else { return isDeep ? 1 : 0 }
        guard isDeep, text.hasSuffix("%"), let percent = Double(text.dropLast()), percent > 0,
            percent <= 100
        else { throw .usage("--sample is a share such as 5%, and goes with --files") }
        return percent / 100
    }

    private static func printJSON(
        _ report: Vault.CheckReport, _ console: Console
    ) throws(Failure) {
        let findings = report.findings.map { finding in
            JSONOutput.object([
                ("severity", .text(finding.severity)), ("code", .text(finding.code)),
                ("where", .text(finding.place)), ("repairable", .bool(finding.isRepairable)),
            ])
        }
        try console.print(
            .object([
                ("ok", .bool(report.isSound)), ("findings", .array(findings)),
                ("checked", .object(report.checked.map { ($0.name, .count($0.count)) })),
            ]))
    }

    private static func printText(
        _ report: Vault.CheckReport, _ console: Console
    ) throws(Failure) {
        for finding in report.findings {
            try console.line(
                Visible.line("\(finding.severity)  \(finding.code)  \(finding.place)"))
        }
        if !report.findings.isEmpty { try console.line("") }
        var table = Table([.init("CHECKED"), .init("NUMBER", isNumber: true)])
        for (name, count) in report.checked { table.add([name, "\(count)"]) }
        if !report.checked.isEmpty {
            for line in table.lines() { try console.line(line) }
            try console.line("")
        }
        let errors = report.findings.count { $0.severity == "error" }
        try console.line(
            report.isSound
                ? "The vault is sound."
                : "\(Quantity.of(errors, "error", "errors")). Keep a copy of the vault as it is.")
    }
}
