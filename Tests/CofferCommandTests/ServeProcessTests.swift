import Foundation
import Glibc
import Testing

/// How `coffer serve` begins, unlocks and ends.
@Suite(.enabled(if: BuiltProgram.isThere)) struct ServeProcessTests {
    private let box: Sandbox

    init() throws {
        box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
    }

    @Test func whatKeepsItFromBeginningIsToldAsAnywhere() throws {
        #expect(try box.run(["serve"]).status == 2)
        #expect(try box.run(["serve", "--stdio", "--vault", "nowhere"]).status == 4)
        #expect(try box.run(["serve", "--stdio", "--password-fd", "0"]).status == 2)
        try box.write("wrong", "not it")
        let wrong = try box.run(["serve", "--stdio", "--password-file", "wrong", "--json"])
        #expect(wrong.status == 3)
        #expect(wrong.code == "wrong-password")
        #expect(wrong.output == "")
    }

    @Test func itBeginsLockedAndTakesAPassword() throws {
        let child = try ServedProcess(box, [])
        #expect(try child.code("list", ["collection": "npcs"]) == "locked")
        #expect(try child.code("begin") == "locked")
        #expect(try child.code("subscribe") == "locked")
        let status = try child.result("status") as? ServedProcess.Line
        #expect(status?["locked"] as? Bool == true)
        #expect(try child.code("unlock") == "locked")
        #expect(try child.code("unlock", ["password": "not it"]) == "wrong-password")
        #expect(try child.code("unlock", ["password": ""]) == "invalid")
        #expect(try child.code("unlock", ["password": 1]) == "usage")
        #expect(try child.code("version", ["password": Sandbox.password]) == "usage")
        #expect(try child.code("list", ["collection": "npcs"]) == "locked")
        let unlocked = try child.result("unlock", ["password": Sandbox.password])
        #expect((unlocked as? ServedProcess.Line)?["locked"] as? Bool == false)
        try child.result("list", ["collection": "npcs"])
        #expect(child.end() == 0)
        #expect(child.errors == "")
    }

    @Test(arguments: [
        (#"corr\u0065ct horse b\u0061ttery"#, nil), (#"correct\/horse"#, "wrong-password"),
        (#"correct horse \ud83d"#, "invalid"), (#"correct \x"#, "invalid"),
        (#"correct \u12"#, "invalid"), (#"\"\\\b\f\n\r\t \ud83d\ude00"#, "wrong-password"),
    ])
    func thePasswordIsReadAsJSON(_ password: String, _ code: String?) throws {
        let child = try ServedProcess(box, [])
        try child.send("{\"password\":\"\(password)\",\"do\":\"unlock\"}\n")
        #expect(ServedProcess.code(try child.next()) == code)
        // With an escape in its name it is not taken.
        try child.send("{\"p\\u0061ssword\":\"x\",\"do\":\"unlock\"}\n")
        #expect(ServedProcess.code(try child.next()) == "usage")
    }

    @Test func thePasswordOfARequestIsNowhereInMemoryAfterwards() throws {
        let child = try ServedProcess(box, [])
        // What stays behind of a text that nobody takes out shows that this finds it.
        let canary = "canary-\(UUID().uuidString)"
        try child.ask("unlock", ["pasword": canary])
        try child.result("unlock", ["password": Sandbox.password])
        try child.result("list", ["collection": "npcs"])
        guard let memory = Self.memory(of: child.number) else {
            print("SKIPPED: the memory of another process cannot be read here.")
            return
        }
        #expect(memory.range(of: Data(Sandbox.password.utf8)) == nil)
        let longer = try ServedProcess(box, [])
        let padding = String(repeating: "x", count: 200_000)
        try longer.send(
            "{\"do\":\"unlock\",\"id\":\"\(padding)\",\"password\":\"\(Sandbox.password)\"}\n")
        #expect(try longer.next()["ok"] as? Bool == true)
        let grown = try #require(Self.memory(of: longer.number))
        #expect(grown.range(of: Data(Sandbox.password.utf8)) == nil)
        #expect(grown.range(of: Data("/game.coffer".utf8)) != nil, "nothing is found at all")
    }

    /// All memory of a process that can be written; nil when it cannot be read.
    private static func memory(of number: Int32) -> Data? {
        guard let maps = try? String(contentsOfFile: "/proc/\(number)/maps", encoding: .utf8),
            let file = FileHandle(forReadingAtPath: "/proc/\(number)/mem")
        else { return nil }
        var all = Data()
        for line in maps.split(separator: "\n") where line.contains(" rw") {
            let ends = line.prefix { $0 != " " }.split(separator: "-")
            guard ends.count == 2, let start = UInt64(ends[0], radix: 16),
                let end = UInt64(ends[1], radix: 16),
                (try? file.seek(toOffset: start)) != nil,
                let part = try? file.read(upToCount: Int(end - start))
            else { continue }
            all += part
        }
        return all.isEmpty ? nil : all
    }

    @Test func nothingThatWasSentCanBeReadOnTheDisk() throws {
        let canary = "canary\(UUID().uuidString.filter(\.isLetter))"
        let child = try ServedProcess(box)
        let records = (0..<300).map {
            ["id": "\(canary)-\($0)", "name": String(repeating: "\(canary) \($0) ", count: 500)]
        }
        try child.result("begin")
        try child.result("put", ["collection": "npcs", "records": records])
        try expectNothing(of: canary)
        try child.result("commit")
        let sorted = "SELECT name, count(*) FROM npcs GROUP BY name ORDER BY name DESC"
        let groups = try child.result("sql", ["statement": sorted]) as? [Any]
        #expect(groups?.count == 300)
        try child.result("search", ["words": canary, "limit": 5])
        try child.result("rm", ["collection": "npcs", "records": ["\(canary)-1"]])
        try child.result("undo")
        try expectNothing(of: canary)
        // That it is found where it is readable shows that looking finds it.
        try child.result("export", ["output": "export.json"])
        #expect(try count(of: canary) == 1)
        #expect(child.end() == 0)
    }

    private func expectNothing(of canary: String) throws {
        #expect(try count(of: canary) == 0)
    }

    /// How many files below the sandbox hold a text.
    private func count(of text: String) throws -> Int {
        let names = FileManager.default.enumerator(atPath: box.folder.path)?.allObjects ?? []
        #expect(names.count > 4)
        return names.compactMap { $0 as? String }.count { name in
            let file = box.folder.appendingPathComponent(name)
            return (try? Data(contentsOf: file))?.range(of: Data(text.utf8)) != nil
        }
    }

    @Test func aDescriptorAndACommandGiveThePasswordAndTakeNoRequests() throws {
        let requests =
            "{\"id\":1,\"do\":\"list\",\"collection\":\"npcs\"}\n{\"id\":2,\"do\":\"lock\"}"
        for way in [
            "--password-fd 7 7<password", "--password-command 'cat >&2; cat password'",
        ] {
            let outcome = try box.shell("\"$COFFER\" serve --stdio \(way)", input: requests)
            #expect(outcome.status == 0)
            #expect(outcome.errors == "")
            #expect(outcome.rows.map { $0["id"] as? Int } == [1, 2])
            #expect(outcome.rows.allSatisfy { $0["ok"] as? Bool == true })
        }
    }

    @Test func filesThatAreStreamsOfItsOwnAreNotItsRequestsAndAnswers() throws {
        let child = try ServedProcess(box)
        try child.result("add", ["collection": "npcs", "fields": ["id": "a", "name": "A"]])
        let answer = try child.ask("export", ["output": "/dev/stdout", "force": true])
        #expect(answer["ok"] as? Bool == false)
        try child.ask("import", ["files": ["/dev/stdin"], "into": "npcs"])
        try child.result("version")
    }

    @Test func aReaderThatHasGoneEndsItWithoutAWord() throws {
        let child = try ServedProcess(box, isRead: false)
        child.closeOutput()
        try child.post(["do": "version"])
        #expect(child.wait() == 1)
        #expect(child.errors == "")
    }

    @Test func emptyLinesAreNoRequestsAndTheLastLineNeedsNoEnd() throws {
        let outcome = try box.open(
            ["serve", "--stdio"],
            input: "\n \t\r\n{\"do\":\"version\",\"id\":1}\r\n\n{\"do\":\"status\",\"id\":2}")
        #expect(outcome.rows.map { $0["id"] as? Int } == [1, 2])
        #expect(outcome.output.last == "\n")
        #expect(outcome.status == 0)
    }

    @Test func anExportIsOnTheAuditLogAndNotOnStandardOutputTwice() throws {
        let child = try ServedProcess(box)
        try child.result("add", ["collection": "npcs", "fields": ["id": "a", "name": "A"]])
        let all = try child.result("export") as? [String: [Any]]
        #expect(all?["npcs"]?.count == 1)
        let text = try child.result("export", ["collections": ["npcs"], "format": "ndjson"])
        #expect(text as? String == "{\"id\":\"a\",\"name\":\"A\"}\n")
        try child.result("begin", ["mode": "read"])
        try child.result("export", ["collections": ["npcs"], "output": "npcs.csv"])
        try child.result("rollback")
        #expect(try box.read("npcs.csv").hasPrefix("id,name"))
        #expect(box.mode("npcs.csv") == 0o600)
        #expect(try child.code("export", ["output": "npcs.csv"]) == "exists")
        let checked = try box.open(["check", "--json"])
        let entries = (checked["checked"] as? [String: Int])?["audit entries"] ?? 0
        let before = try box.open(["export"])
        #expect(before.status == 0)
        let after = try box.open(["check", "--json"])
        #expect((after["checked"] as? [String: Int])?["audit entries"] == entries + 1)
        #expect(child.end() == 0)
        #expect(child.errors == "")
    }

    /// A new root elsewhere is a reason to unlock again, and no more.
    @Test func afterANewRootItUnlocksAgain() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        let child = try ServedProcess(box)
        #expect(try child.code("list", ["collection": "npcs"]) == nil)
        #expect(try box.open(["rotate", "root", "--yes"]).status == 0)
        for _ in 0..<2 { #expect(try child.code("list", ["collection": "npcs"]) == "locked") }
        #expect(
            try child.code("get", ["collection": "npcs", "record": "ana"]) == "locked")
        try child.result("unlock", ["password": Sandbox.password])
        #expect(try child.code("list", ["collection": "npcs"]) == nil)
    }
}
