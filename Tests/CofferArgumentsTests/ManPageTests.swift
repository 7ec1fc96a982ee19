import CofferArguments
import Foundation
import Testing

@Suite struct ManPageTests {
    private static let edition = ManPage.Edition(
        date: "2026-03-01", source: "box 1.0", manual: "Boxes",
        sections: [ManPage.Section("EXIT STATUS", "Zero.\n\n    0  all is well\n    .x 'y' \\z")])

    @Test func writesOnePageForEachVisibleCommand() {
        let pages = SampleTree.tree.manPages(edition: Self.edition)
        #expect(
            pages.map(\.fileName) == [
                "box.1", "box-init.1", "box-add.1", "box-list.1", "box-move.1", "box-remove.1",
                "box-key.1", "box-key-list.1", "box-key-remove.1", "box-tidy.1",
                "box-tidy-schedule.1",
            ])
        #expect(pages.allSatisfy { !$0.source.contains("secret") && !$0.source.contains("debug") })
    }

    @Test func writesAWholePage() {
        let expected = #"""
            .TH "BOX\-KEY\-REMOVE" "1" "2026\-03\-01" "box 1.0" "Boxes"
            .SH "NAME"
            box\-key\-remove \- Remove a key
            .SH "SYNOPSIS"
            .nh
            box key remove [OPTIONS] SLOT
            .hy
            .SH "ARGUMENTS"
            .TP
            \fBSLOT\fR
            The slot
            .SH "OPTIONS"
            .TP
            \fB\-\-all\fR
            Old ones too
            .SH "GLOBAL OPTIONS"
            .TP
            \fB\-s, \-\-shed PATH\fR
            The shed to use instead of the one of this folder
            .TP
            \fB\-\-json\fR
            Print JSON
            .TP
            \fB\-v, \-\-verbose\fR
            Say more
            .TP
            \fB\-q, \-\-quiet, \-\-silent\fR
            Say less
            .TP
            \fB\-\-version\fR
            Print the version
            .TP
            \fB\-h, \-\-help\fR
            Show this help
            .SH "SEE ALSO"
            \fBbox\-key\fR(1)

            """#
        let page = SampleTree.tree.manPage(for: ["key", "remove"], edition: Self.edition)
        #expect(page.source == expected)
    }

    /// Text that roff would take for requests, escapes and other glyphs.
    private static let hostile = CommandTree(
        Command(
            "box", summary: #"Say ".so /etc/passwd" \fBor\fR 'x' `y` ^z ~w -v é …"#,
            discussion: """
                .so /etc/passwd
                'ab \\n(.x

                    .ex
                    'br \\*x  "two"  spaces
                """,
            options: [.value("shed", placeholder: ".PATH", help: ".so 'x' \\")],
            arguments: [Argument("x", placeholder: "'X\\", help: "'br")]))

    @Test func escapesWhatRoffWouldObey() {
        let source = Self.hostile.manPage(for: [], edition: Self.edition).source
        let allowed = ["TH", "SH", "PP", "TP", "RS", "RE", "nf", "fi", "nh", "hy"]
        for line in source.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
            #expect(allowed.contains(String(line.dropFirst().prefix(2))), "\(line)")
        }
        #expect(source.contains("\\&.so /etc/passwd \\(aqab \\en(.x"))
        #expect(source.contains("\n\\&.ex\n\\(aqbr \\e*x  \\(dqtwo\\(dq  spaces\n"))
    }

    @Test(.enabled(if: InstalledProgram.has("man")), arguments: [false, true])
    func isReadByManWithoutAWarning(hostile: Bool) throws {
        let tree = hostile ? Self.hostile : SampleTree.tree
        for page in tree.manPages(edition: Self.edition) {
            try InstalledProgram.withFolder { folder in
                let file = folder.appendingPathComponent(page.fileName)
                try Data(page.source.utf8).write(to: file)
                let result = try InstalledProgram.run(
                    "man", ["--warnings", "-E", "UTF-8", "-l", file.path], in: folder,
                    environment: ["MANWIDTH": "100", "MANROFFOPT": "-ww", "MANPAGER": "cat"])
                #expect(result.errors == "")
                #expect(result.status == 0)
                #expect(result.output.contains("GLOBAL OPTIONS") || page.fileName == "box.1")
                if hostile {
                    let text = #"Say ".so /etc/passwd" \fBor\fR 'x' `y` ^z ~w -v é …"#
                    #expect(result.output.contains(text))
                    #expect(result.output.contains(#"'br \*x  "two"  spaces"#))
                }
            }
        }
    }
}
