internal import CofferShims
internal import Glibc

/// Measures Coffer against its peers and limits, in interleaved rounds of one run.
@main
internal struct Program {
    internal static func main() {
        var arguments = Array(CommandLine.arguments.dropFirst())
        var rounds = 5
        if let index = arguments.firstIndex(of: "--rounds"), index + 1 < arguments.count {
            rounds = max(1, Int(arguments[index + 1]) ?? rounds)
            arguments.removeSubrange(index...index + 1)
        }
        var only = ""
        if let index = arguments.firstIndex(of: "--only"), index + 1 < arguments.count {
            only = arguments[index + 1]
            arguments.removeSubrange(index...index + 1)
        }
        let isJSON = arguments.contains("--json")
        arguments.removeAll { $0 == "--json" }
        let folder = arguments.count > 1 ? arguments[1] : nil
        do {
            switch (arguments.first, folder) {
            case ("fields", _): try FieldBench.run(rounds: rounds)
            case ("records", let rows):
                try RecordBench.run(
                    rows: rows.flatMap { Int($0) } ?? 100_000, rounds: rounds, isJSON: isJSON,
                    only: only)
            case ("sql", let rows):
                try SQLBench.run(rows: rows.flatMap { Int($0) } ?? 100_000, rounds: rounds)
            case ("rotation", let rows):
                try RotationBench.run(rows: rows.flatMap { Int($0) } ?? 100_000, rounds: rounds)
            case ("files", let size):
                try FileBench.run(size: size.flatMap { Int($0) } ?? 1_024, rounds: rounds)
            case ("unlock", _): try UnlockBench.run(rounds: rounds)
            case ("import", let folder?): try ImportBench.run(folder, rounds: rounds)
            case ("size", let folder?): try ImportBench.size(folder)
            default:
                Report.line(
                    "usage: coffer-bench records [ROWS] | sql [ROWS] | rotation [ROWS] | files [MIB] | fields | unlock | "
                        + "import FOLDER | size FOLDER [--rounds N] [--json] [--only WHAT]\n"
                        + "FOLDER holds NDJSON or JSON files; schemas NAME.schema.json may lie "
                        + "in FOLDER/schemas")
                exit(2)
            }
        } catch {
            Report.line("failed: \(error)")
            exit(1)
        }
    }
}
