import Foundation
import Testing

@Suite(.enabled(if: BuiltProgram.isThere)) struct ProgramTests {
    @Test func everyCommandHasHelp() throws {
        let box = try Sandbox()
        let general = try box.run(["--help"])
        #expect(general.status == 0)
        var count = 0
        for name in [
            "init", "vaults", "unlock", "lock", "status", "accept-older", "add", "set", "put",
            "get",
            "list", "rm", "import", "export", "schema list", "schema show", "schema suggest",
            "schema apply", "key list", "key add-password", "key add-keyfile", "key add-recovery",
            "key remove", "key label", "key check-recovery", "key public", "passwd",
            "rotate password", "check", "completion", "version",
        ] {
            let words = name.split(separator: " ").map(String.init)
            let help = try box.run(words + ["--help"])
            #expect(help.status == 0)
            #expect(help.output.hasPrefix("Usage: coffer \(name)"))
            #expect(general.output.contains("  \(words[0]) "))
            count += 1
        }
        #expect(count == 31)
    }

    @Test func wrongUsageIsTwoAndSaysWhatToDo() throws {
        let box = try Sandbox()
        #expect(try box.run([]).status == 2)
        let unknown = try box.run(["lst", "--json"])
        #expect(unknown.status == 2)
        #expect(unknown.code == "usage")
        #expect(unknown.errors.contains("list"))
        #expect(try box.run(["schema"]).status == 2)
        #expect(try box.run(["list"]).status == 2)
        #expect(try box.run(["list", "npcs", "--nope"]).status == 2)
    }

    @Test func globalOptionsStandAnywhere() throws {
        let box = try Sandbox()
        #expect(
            try box.run(["--json", "version"]).output == box.run(["version", "--json"]).output)
        #expect(try box.run(["--version"]).output == box.run(["version"]).output)
    }

    @Test func completesVaultsCollectionsAndFields() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        #expect(try box.run(["__complete", "--vault", ""]).output.contains("game\t"))
        // Locked: nothing of what is sealed is offered, and nothing is asked.
        #expect(try box.run(["__complete", "list", ""]).output == "words\t\n")
        #expect(try box.run(["__complete", "exp"]).output.contains("export\t"))
        guard Machine.hasKeyring else { return }
        #expect(try box.open(["unlock"]).status == 0)
        #expect(try box.run(["__complete", "list", "np"]).output.contains("npcs\t"))
        #expect(try box.run(["__complete", "add", "npcs", "na"]).output.contains("name\t"))
        #expect(try box.run(["completion", "bash"]).output.contains("coffer"))
        #expect(try box.run(["completion", "tcsh"]).status == 2)
    }

    @Test func writesManPages() throws {
        let box = try Sandbox()
        #expect(try box.run(["__man", "man"]).status == 0)
        #expect(try box.read("man/coffer.1").contains("EXIT STATUS"))
        #expect(try box.read("man/coffer-schema-apply.1").contains(".TH"))
    }

    @Test(arguments: [
        ["LC_ALL": "tr_TR.UTF-8"], ["LC_ALL": "C"], ["TZ": "Pacific/Kiritimati"], [:],
    ])
    func theSameBytesWhateverTheEnvironment(variables: [String: String]) throws {
        let box = try Sandbox()
        try box.makeVault()
        try box.write("things.ndjson", "{\"id\":\"I\",\"n\":1.5,\"t\":\"ıİ\"}\n")
        box.environment = variables
        #expect(try box.open(["import", "things.ndjson"]).status == 0)
        let out = try box.shell(
            #"umask 000; "$COFFER" export things --format ndjson -o out --password-file password; cat out"#
        )
        #expect(out.output.hasSuffix("{\"id\":\"I\",\"n\":1.5,\"t\":\"ıİ\"}\n"))
        #expect(box.mode("out") == 0o600)
    }
}
