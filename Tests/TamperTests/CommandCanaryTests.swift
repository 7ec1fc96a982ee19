import Foundation
import Testing

/// The canaries of a small vault, looked for in every byte that each command writes.
@Suite(.enabled(if: Program.isThere && CallTrace.isPossible, "needs the program and strace"))
struct CommandCanaryTests {
    private typealias Words = SmallCanaries

    /// What is only ever typed: a text in an editor, an assignment, a line of standard input.
    private static let typed = (0..<6).map { Words.word("typ", $0) }
    /// A collection that is too large for a sort in a few pages, and its field.
    private static let large = (Words.word("big", 0), Words.word("big", 1))

    private static let search = CanarySearch(Words.all + typed + [large.0, large.1])

    /// A vault with the canaries, and the folders that a program might write to.
    private struct Stage {
        let place: Place
        var vault: String { place.path + "/vault/v.coffer" }
        var memory: String { place.path + "/run" }
        private(set) var calls = 0
        private(set) var commands = 0

        init() throws {
            place = try Place()
            for folder in ["vault", "run", "tmp", "state", "input", "bundles"] {
                try FileManager.default.createDirectory(
                    atPath: place.path + "/" + folder, withIntermediateDirectories: true)
            }
            try Sample.make(vault) { _ in }
            try Words.write(place.path + "/input")
            let filler = String(repeating: "once upon a time ", count: 60)
            let lines = (0..<2_000).map { number in
                let word = Words.values[number % Words.values.count]
                return #"{"id":"\#(number)","\#(large.1)":"\#(number * 7_919 % 2_000) \#(word)"#
                    + #" \#(filler)"}"#
            }
            try write("input/\(large.0).ndjson", lines.joined(separator: "\n"))
            try write(
                "editor.sh",
                """
                case $1 in
                edit) sed -i 's/: "val[^"]*"/: "\(typed[0])"/' "$2" ;;
                new) echo '{"id":"\(typed[1])","\(Words.fields[0])":"\(typed[2])"}' > "$2" ;;
                die)
                    process=$PPID
                    while [ "$(cat /proc/$process/comm)" != coffer ]; do
                        process=$(cut -d ' ' -f 4 /proc/$process/stat)
                    done
                    cp "$2" "$2~"; kill -9 $process; sleep 0.2; cp "$2" "$2.swp" ;;
                esac
                """)
        }

        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: place.path + "/" + name))
        }

        /// Traces a command, which must write no canary to anything but the folder in memory.
        mutating func run(
            _ words: [String], input: String? = nil, editor: String? = nil, status: Int32 = 0
        ) throws {
            let trace = try CallTrace.run(
                words, vault: vault, in: place, search,
                input: input.map { place.path + "/" + $0 },
                variables: [
                    "XDG_RUNTIME_DIR": memory, "TMPDIR": place.path + "/tmp",
                    "VISUAL": "sh \(place.path)/editor.sh \(editor ?? "")",
                ], memory: editor == nil ? nil : memory)
            let command = words.prefix(2).joined(separator: " ")
            #expect(trace.status == status, "\(command): \(trace)")
            #expect(trace.found.isEmpty, "\(command): \(trace.found.prefix(5))")
            #expect(editor == nil || trace.keptInMemory > 3, "\(command)")
            let strange = trace.opened.filter { path in
                !["vault", "state", "bundles"].contains { path.hasPrefix("\(place.path)/\($0)") }
                    && path != "/dev/null" && path != "/dev/tty"
            }
            #expect(strange.isEmpty, "\(command): \(strange)")
            for folder in ["vault", "state", "tmp", "run", "bundles"] {
                let found = try search.words(below: "\(place.path)/\(folder)").found
                #expect(found.isEmpty, "\(command), \(folder): \(found.prefix(5))")
            }
            calls += trace.calls
            commands += 1
        }
    }

    @Test func noCommandAboutRecordsWritesAWordOfThem() throws {
        var stage = try Stage()
        let (first, second) = (Words.collections[0], Words.collections[1])
        let key = Words.keys[0]
        let field = Words.fields[0]
        try stage.write(
            "put.ndjson", #"{"id":"\#(Words.keys[1])","\#(field)":"\#(Self.typed[3])"}"#)
        try stage.run(["import", stage.place.path + "/input"])
        // What lies in the folder is open; what the import of it writes is not.
        let all = stage.place.path + "/all"
        let exported = try Program.run(
            ["export", "--everything", all], vault: stage.vault, in: stage.place)
        #expect(exported.status == 0, "\(exported.errors)")
        try stage.run(["rm", first, key, "--yes"])
        try stage.run(["import", all])
        try stage.run([
            "set", first, "--where", "\(field) like '\(Words.values[2])%'",
            "\(field)=\(Self.typed[4])", "--yes",
        ])
        try stage.run(["put", first, "--stdin"], input: "put.ndjson")
        try stage.run(["edit", first, key], editor: "edit")
        try stage.run(["edit", first], editor: "new")
        try stage.run(["rm", second, "--where", "id = '\(Words.keys[15])'", "--yes"])
        try stage.run(["trash", "list"])
        try stage.run(["trash", "restore", second, Words.keys[15]])
        try stage.run(["undo"])
        try stage.run(["undo"])
        try stage.run(["undo"])
        try stage.run(["history", first, key])
        try stage.run(["history", first, key, "--show", "1"])
        try stage.run(["history", "policy", "--versions", "2", "--yes"])
        try stage.run(["trash", "empty", "--yes"])
        try stage.run(["rm", second, Words.keys[16], "--now", "--yes"])
        try stage.run(["changes"])
        try stage.run(["changes", "--json", "--since", "70"])
        try stage.run(["search", Self.typed[0]])
        try stage.run(["search", "--json", "\"\(Words.values[7]) once upon\""])
        try stage.run(["list", first, "--where", "\(field) > 'a'", "--sort", field, "--reverse"])
        try stage.run(["get", first, key])
        print("canaries: \(stage.commands) commands, \(stage.calls) calls")
    }

    /// Bundles, and what grows beside the place of a vault until it is restored.
    @Test func noBundleAndNoRestoreWritesAWord() throws {
        var stage = try Stage()
        let (first, second) = (Words.collections[0], Words.collections[1])
        let bundles = stage.place.path + "/bundles"
        try stage.run(["import", stage.place.path + "/input"])
        try stage.run(["backup", "create", "--to", bundles])
        try stage.run(["rm", second, Words.keys[15], "--yes"])
        try stage.run([
            "set", first, "--where", "\(Words.fields[0]) like '\(Words.values[2])%'",
            "\(Words.fields[0])=\(Self.typed[4])", "--yes",
        ])
        try stage.run(["backup", "create", "--to", bundles])
        try stage.run(["backup", "create", "--to", bundles, "--full"])
        try stage.run(["backup", "list", bundles])
        try stage.run(["backup", "verify", bundles])
        try stage.run(["backup", "verify", bundles, "--deep"])
        let names = try FileManager.default.contentsOfDirectory(atPath: bundles).sorted()
        #expect(names.count == 3)
        for place in ["vault/other.coffer", "vault/v.coffer"] {
            try stage.run([
                "backup", "restore", bundles + "/" + (names.last ?? ""), "--to",
                stage.place.path + "/" + place, "--yes",
            ])
        }
        try stage.run(["get", first, Words.keys[0]])
        print("canaries, bundles: \(stage.commands) commands, \(stage.calls) calls")
    }

    @Test func noEditorIsLeftAloneWithAText() throws {
        var stage = try Stage()
        try stage.run(["import", stage.place.path + "/input"])
        let words = ["edit", Words.collections[0], Words.keys[0]]
        // The shell that tidies up is waited for: it is one of the programs that are traced.
        try stage.run(words, editor: "die", status: -9)
        try stage.run(["check"])
    }

    /// Whatever is sorted or grouped is kept in memory, however much it is.
    @Test func noStatementPutsAWordInATemporaryFile() throws {
        var stage = try Stage()
        try stage.run(["import", stage.place.path + "/input"])
        let pairs = "\(Words.collections[0]) a, \(Self.large.0) b"
        let text = "b.\(Self.large.1) || a.id"
        let statements = [
            "select max(n) from (select row_number() over (order by \(text)) as n from \(pairs))",
            "select count(*) from (select \(text) as t, count(*) from \(pairs) group by t)",
            "select count(distinct \(text)) from \(pairs)",
            "select count(*) from (select \(text) from \(pairs) union select a.id from \(pairs))",
            """
            with m as materialized (select \(text) as t from \(pairs))
            select count(*) from m x join m y on x.t = y.t where x.t > 'x'
            """,
            "select length(json_group_array(\(text))) from \(pairs)",
            "select \(Self.large.1) from \(Self.large.0) order by 1 desc limit 3",
        ]
        for statement in statements { try stage.run(["sql", statement]) }
        try stage.write("all.sql", statements.joined(separator: ";\n") + ";")
        try stage.run(["sql"], input: "all.sql")
        print("canaries, sql: \(statements.count) statements, \(stage.calls) calls")
    }
}
