import CofferArguments
import Foundation
import Testing

/// Runs the scripts in the real shells, against a program that keeps the words it is asked with
/// and gives the answer of the engine.
@Suite struct ShellTests {
    /// A line up to the cursor, the words the program must be asked with, and what is offered.
    ///
    /// Bash offers what follows the last `=` or `:`, quoted; fish the whole word without quotes;
    /// zsh the whole word as it will stand in the line.
    struct Line: Sendable, CustomTestStringConvertible {
        let text: String
        let words: [String]
        let bash: [String]
        let fish: [String]
        let zsh: [String]
        var testDescription: String { text }
        init(
            _ text: String, _ words: [String], bash: [String], fish: [String]? = nil,
            zsh: [String]? = nil
        ) {
            self.text = text
            self.words = words
            self.bash = bash
            self.fish = fish ?? bash
            self.zsh = zsh ?? fish ?? bash
        }
    }

    static let lines = [
        Line("box l", ["l"], bash: ["list"]),
        Line("box key ", ["key", ""], bash: ["list", "remove", "help"]),
        Line("box  --quiet   key  re", ["--quiet", "key", "re"], bash: ["remove"]),
        Line("box list --format ", ["list", "--format", ""], bash: ["json", "ndjson", "csv"]),
        Line(
            "box list --format=n", ["list", "--format=n"], bash: ["ndjson"],
            fish: ["--format=ndjson"]),
        Line(
            "box list --format=", ["list", "--format="], bash: ["json", "ndjson", "csv"],
            fish: ["--format=json", "--format=ndjson", "--format=csv"]),
        Line("box list -fc", ["list", "-fc"], bash: ["-fcsv"]),
        Line("box list t", ["list", "t"], bash: ["tin"]),
        Line(
            #"box list old\ s"#, ["list", "old s"], bash: [#"old\ shelf"#], fish: ["old shelf"],
            zsh: [#"old\ shelf"#]),
        Line(#"box list "old s"#, ["list", "old s"], bash: ["old shelf"]),
        Line("box list 'old s", ["list", "old s"], bash: ["old shelf"]),
        Line(#"box --shed "a b\"c" list t"#, ["--shed", #"a b"c"#, "list", "t"], bash: ["tin"]),
        Line(
            "box --shed '$(touch ran)' list t", ["--shed", "$(touch ran)", "list", "t"],
            bash: ["tin"]),
        Line(
            "box list x", ["list", "x"], bash: [#"x\;\ touch\ ran"#], fish: ["x; touch ran"],
            zsh: [#"x\;\ touch\ ran"#]),
        Line("box list \"é", ["list", "é"], bash: ["école ü"]),
        Line("box add tin n", ["add", "tin", "n"], bash: ["name="]),
        Line("box add tin a:", ["add", "tin", "a:"], bash: ["b="], fish: ["a:b="]),
        Line(
            "box remove fi", ["remove", "fi"], bash: ["file one", "fill"],
            fish: ["file one", "fill/"], zsh: [#"file\ one"#, "fill"]),
        Line("box --shed fi", ["--shed", "fi"], bash: ["fill"], fish: ["fill/"], zsh: ["fill"]),
        Line(
            "box --shed=fi", ["--shed=fi"], bash: ["fill"], fish: ["--shed=fill/"],
            zsh: ["--shed=fill"]),
        Line(
            "box list -ofi", ["list", "-ofi"], bash: ["-ofile one", "-ofill"],
            fish: ["-ofile one", "-ofill/"], zsh: [#"-ofile\ one"#, "-ofill"]),
        Line("box nothing x", ["nothing", "x"], bash: []),
    ]

    private static func reply(to words: [String]) -> String {
        SampleTree.tree.complete(words: words, cursorIndex: words.count - 1) { question in
            switch question.name {
            case "box":
                [
                    Candidate("tin", note: "A: tin"), Candidate("old shelf"),
                    Candidate("x; touch ran"), Candidate("école ü"),
                ]
            case "field": [Candidate("name="), Candidate("a:b=")]
            default: []
            }
        }.reply
    }

    /// A folder with the program, its answer, the script and some files.
    private func withProgram(
        _ shell: CompletionScript.Shell, answering words: [String], _ body: (URL) throws -> Void
    ) throws {
        try InstalledProgram.withFolder { folder in
            let program = folder.appendingPathComponent("bin/box")
            for name in ["bin", "files/fill"] {
                try FileManager.default.createDirectory(
                    at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
            }
            try Data().write(to: folder.appendingPathComponent("files/file one"))
            let script =
                "#!/bin/sh\nprintf '%s\\n' \"$@\" >'\(folder.path)/asked'\n"
                + "cat '\(folder.path)/reply'\n"
            try Data(script.utf8).write(to: program)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: program.path)
            try Data(Self.reply(to: words).utf8).write(
                to: folder.appendingPathComponent("reply"))
            try Data(CompletionScript.text(for: shell, program: "box").utf8).write(
                to: folder.appendingPathComponent("script"))
            try body(folder)
            let ran = folder.appendingPathComponent("files/ran").path
            #expect(!FileManager.default.fileExists(atPath: ran), "What was typed was run")
        }
    }

    private func run(
        _ shell: String, _ arguments: [String], _ driver: String, line: Line, in folder: URL
    ) throws -> [String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let result = try InstalledProgram.run(
            shell, arguments + ["-c", driver], in: folder,
            environment: ["PATH": folder.path + "/bin:" + path, "LINE": line.text])
        #expect(result.errors == "")
        return result.output.split(separator: "\n").map(String.init)
    }

    private func expectAsked(_ words: [String], in folder: URL) throws {
        let asked = try String(
            contentsOf: folder.appendingPathComponent("asked"), encoding: .utf8)
        let expected = ([CommandTree.completionCommand] + words).joined(separator: "\n") + "\n"
        #expect(asked == expected)
    }

    @Test(.enabled(if: InstalledProgram.has("bash")), arguments: lines)
    func bashOffersWhatTheProgramAnswers(_ line: Line) throws {
        try withProgram(.bash, answering: line.words) { folder in
            let driver = #"""
                source ./script; cd files
                COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
                COMP_LINE=$LINE COMP_POINT=${#LINE}
                _box_complete
                printf '%s\n' "${COMPREPLY[@]}"
                """#
            let offered = try run(
                "bash", ["--norc", "--noprofile"], driver, line: line, in: folder)
            #expect(offered.sorted() == line.bash.sorted())
            try expectAsked(line.words, in: folder)
        }
    }

    @Test(.enabled(if: InstalledProgram.has("bash")))
    func bashListsFilesAfterARedirectionWithoutAskingTheProgram() throws {
        let line = Line("box list t >fi", [], bash: ["file one", "fill"])
        try withProgram(.bash, answering: [""]) { folder in
            let driver = """
                source ./script; cd files; COMP_LINE=$LINE COMP_POINT=${#LINE}; _box_complete
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let offered = try run("bash", ["--norc"], driver, line: line, in: folder)
            #expect(offered.sorted() == line.bash)
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/asked"))
        }
    }

    @Test(.enabled(if: InstalledProgram.has("fish")), arguments: lines)
    func fishOffersWhatTheProgramAnswers(_ line: Line) throws {
        try withProgram(.fish, answering: line.words) { folder in
            let driver = "source ./script; cd files; complete -C $LINE"
            let offered = try run("fish", ["--no-config"], driver, line: line, in: folder)
            let words = offered.map { $0.split(separator: "\t").first.map(String.init) ?? "" }
            #expect(words.sorted() == line.fish.sorted())
            try expectAsked(line.words, in: folder)
        }
    }

    @Test(.enabled(if: InstalledProgram.has("zsh")), arguments: lines)
    func zshOffersWhatTheProgramAnswers(_ line: Line) throws {
        try withProgram(.zsh, answering: line.words) { folder in
            try Data(Self.zshDriver.utf8).write(to: folder.appendingPathComponent("driver"))
            try Data(Self.zshInner.utf8).write(to: folder.appendingPathComponent("inner"))
            let offered = try run("zsh", ["-f"], "source ./driver", line: line, in: folder)
            // Directories come once as files and once as directories.
            #expect(Set(offered) == Set(line.zsh))
            try expectAsked(line.words, in: folder)
        }
    }

    @Test(.enabled(if: InstalledProgram.has("zsh")))
    func zshLoadsTheScriptAsAFunctionOfItsOwn() throws {
        let line = Line("box key ", ["key", ""], bash: ["list", "remove", "help"])
        try withProgram(.zsh, answering: line.words) { folder in
            try FileManager.default.moveItem(
                atPath: folder.path + "/script", toPath: folder.path + "/bin/_box")
            let inner =
                "fpath=($PWD/bin $fpath)\n"
                + Self.zshInner.replacingOccurrences(of: "source ./script\n", with: "")
            try Data(Self.zshDriver.utf8).write(to: folder.appendingPathComponent("driver"))
            try Data(inner.utf8).write(to: folder.appendingPathComponent("inner"))
            let offered = try run("zsh", ["-f"], "source ./driver", line: line, in: folder)
            #expect(Set(offered) == Set(line.zsh))
            try expectAsked(line.words, in: folder)
        }
    }

    @Test func quotesAProgramNameThatAShellWouldObey() {
        for shell in CompletionScript.Shell.allCases {
            let script = CompletionScript.text(for: shell, program: "a;b'c")
            let quoted = shell == .fish ? #"'a;b\'c'"# : #"'a;b'\''c'"#
            #expect(script.contains("command \(quoted) __complete"))
            #expect(!script.replacingOccurrences(of: quoted, with: "").contains("a;b"))
        }
    }

    /// Types the line into a zsh on a pseudo-terminal, and takes what goes through `compadd`,
    /// the one builtin that every match goes through.
    private static let zshDriver = #"""
        zmodload zsh/zpty zsh/zselect
        zpty inner zsh -f -i
        zpty -w inner "PS1= OUT=${(q)PWD}/offered; cd ${(q)PWD}; source ./inner"
        integer tries=0
        until [[ -e ready ]] || (( ++tries > 300 )); do zselect -t 10; done
        zpty -w -n inner "$LINE"$'\t'
        until [[ -e done ]] || (( ++tries > 600 )); do zselect -t 10; done
        [[ -e done ]] || print -u2 "zsh did not answer"
        zpty -d inner
        [[ ! -e offered ]] || cat offered
        """#

    private static let zshInner = #"""
        autoload -U compinit && compinit -u -D
        zstyle ':completion:*' completer _complete
        source ./script
        compadd() {
            if [[ " ${(j: :)@[1,(i)(-|--)]} " == *' -'(O|A|D)' '* ]]; then
                builtin compadd "$@"
                return
            fi
            local -a found
            builtin compadd -A found "$@"
            (( ! ${#found} )) || print -rl -- "${IPREFIX}${(@)^found}" >>$OUT
            builtin compadd "$@"
        }
        offer() {
            _main_complete "$@"
            compstate[insert]= compstate[list]=
            print >../done
        }
        zle -C offer complete-word offer
        bindkey '^I' offer
        cd files
        print >../ready
        """#
}
