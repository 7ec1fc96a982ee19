import Testing

/// A command that writes, and what its stage needs before.
struct Operation: Sendable, CustomTestStringConvertible {
    let name: String
    /// The words; `$` stands for the folder of the inputs.
    let words: [String]
    /// The file that is standard input.
    var input: String?
    /// What else is done to the campaign before.
    var prepare: @Sendable (Stage) throws -> Void = { _ in }
    /// What the commands that look at the result are told.
    var looking: [String] = []
    /// Whether it does its work even where it cannot be put on the audit log.
    var isDoneUnrecorded: Bool { name == "unlock" || name.hasPrefix("export") }
    /// What the command may say when it is done a second time.
    var again: Set<Int32> = [0]
    /// Whether it takes back what it has done when it is done a second time.
    var isToggle = false
    /// Commands whose answers belong to the state of the vault too.
    var watching: [[String]] = []
    /// Further variables that the program sees; `$` stands for the folder of the inputs.
    var variables: [String: String] = [:]

    var testDescription: String { name }

    /// Every writing command on a vault that is there.
    static let all = (current + older).filter {
        Machine.hasMemoryFolder || !$0.name.hasPrefix("edit")
    }

    static let imports = Operation(name: "import", words: ["import", "$more/npcs.ndjson"])
    static let importsMany = Operation(
        name: "import of many", words: ["import", "$many.ndjson", "--into", "npcs"])
    static let exports = Operation(
        name: "export -o", words: ["export", "-o", "$live/out.json", "--force"])

    static let exportsAll = Operation(
        name: "export --everything", words: ["export", "--everything", "$live/all"], again: [0, 5])

    /// The commands about records as they are.
    private static let current: [Operation] = [
        Operation(name: "schema apply", words: ["schema", "apply", "$spells.schema.json"]),
        imports, importsMany,
        Operation(
            name: "add", words: ["add", "npcs", "id=new", "name=Gundren"], again: [0, 5]),
        Operation(name: "set", words: ["set", "npcs", "npc-3", "hp=-1"]),
        Operation(name: "put --stdin", words: ["put", "npcs", "--stdin"], input: "put.ndjson"),
        Operation(
            name: "rm", words: ["rm", "npcs", "npc-3", "npc-4", "--yes"], again: [0, 4]),
        Operation(name: "unlock", words: ["unlock", "--for", "5s"]),
        Operation(name: "lock", words: ["lock"]),
        Operation(
            name: "accept-older", words: ["accept-older", "--yes", "--quiet"],
            prepare: { stage in
                let kept = stage.scratch.path + "/kept"
                try Files.copy(stage.vault, to: kept)
                let changed = try stage.run(["set", "npcs", "npc-1", "hp=1000"])
                guard changed.status == 0 else { throw Trouble(changed.errors) }
                Files.remove(stage.vault)
                try Files.copy(kept, to: stage.vault)
            }, looking: ["--older"]),
        exports,
        Operation(
            name: "export -o folder",
            words: ["export", "--format", "ndjson", "-o", "$live/out", "--force"]),
        exportsAll,
        Operation(
            name: "import of everything", words: ["import", "$all"],
            prepare: { stage in
                try stage.done(["export", "--everything", "$all"])
                try stage.done(["rm", "npcs", "npc-3", "npc-4", "--yes"])
                try stage.done(["set", "npcs", "npc-5", "hp=-7"])
            }),
        Operation(name: "rotate root", words: ["rotate", "root", "--yes"]),
        Operation(name: "rotate signing", words: ["rotate", "signing", "--yes"]),
        Operation(
            name: "rotate signing --compromised",
            words: ["rotate", "signing", "--compromised", "--yes"]),
        Operation(name: "serve", words: ["serve", "--stdio"], input: "requests.ndjson"),
    ]
}

/// Which of many points are tried.
enum Sample {
    /// All of them in a thorough run; else `most`, spread, with the first and the last two.
    static func points(_ total: Int, most: Int) -> [Int] {
        guard !Machine.isThorough, total > most else { return Array(1..<(total + 1)) }
        guard most > 2 else { return Array([1, total].prefix(most)) }
        let spread = (0..<(most - 1)).map { 1 + $0 * (total - 2) / (most - 2) }
        return Array(Set(spread + [total])).sorted()
    }
}
