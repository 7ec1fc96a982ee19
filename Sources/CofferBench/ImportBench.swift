internal import Coffer
internal import CofferFormat
internal import CofferSQLite
internal import Glibc

/// Importing a folder into a vault against inserting the same parsed records into plain SQLite,
/// with the same unique ids, references and indexes, and looking up by an indexed field.
internal enum ImportBench {
    internal static func run(_ folder: String, rounds: Int) throws {
        let tables = try Tables(folder)
        var ours: [Double] = []
        var theirs: [Double] = []
        var lookups: [Double] = []
        for round in 0..<rounds {
            let scratch = "\(Tables.scratch)-\(round)"
            theirs.append(try tables.insertPlain(at: scratch + ".sqlite"))
            let vault = try BenchVault(at: scratch + ".coffer", schemas: tables.schemas)
            let start = Report.now()
            _ = try vault.vault.importFiles(ImportRequest(paths: tables.files)) { _, _ in }
            ours.append((Report.now() - start) / 1e6)
            lookups += try vault.lookups(tables)
        }
        Report.pair(
            "import", ours, theirs, unit: "ms",
            peer: "plain inserts of parsed records, SQLite's own cache size")
        if !lookups.isEmpty {
            Report.line(
                "look-up by an indexed field: \(Report.number(Report.median(lookups), 3)) ms, "
                    + "slowest \(Report.number(lookups.max() ?? 0, 3)) ms")
        }
        var usage = rusage()
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        Report.line("peak memory of this process: \(usage.ru_maxrss / 1_024) MiB")
    }

    internal static func size(_ folder: String) throws {
        let tables = try Tables(folder)
        let plain = try tables.writeText(at: Tables.scratch + ".sqlite")
        let vault = try BenchVault(at: Tables.scratch + ".coffer", schemas: tables.schemas)
        _ = try vault.vault.importFiles(ImportRequest(paths: tables.files)) { _, _ in }
        let sealed = try vault.size()
        Report.line(
            "size: \(sealed) bytes, one JSON text a record in plain SQLite \(plain) bytes, ratio "
                + Report.number(Double(sealed) / Double(plain), 3))
    }
}
