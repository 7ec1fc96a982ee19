import Foundation
import Testing

@Suite(.enabled(if: BuiltProgram.isThere)) struct SQLCommandTests {
    private func things(_ count: Int = 4) throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault()
        try box.write(
            "things.schema.json",
            #"""
            {"title":"things","required":["id"],"properties":{"id":{"type":"string"},
             "level":{"type":"integer"},"name":{"type":"string","coffer:index":true}}}
            """#)
        #expect(try box.open(["schema", "apply", "things.schema.json"]).status == 0)
        let lines = (0..<count).map { #"{"id":"t\#($0)","level":\#($0),"name":"Name \#($0)"}"# }
        let put = try box.open(
            ["put", "things", "--stdin"], input: lines.joined(separator: "\n"))
        #expect(put.status == 0)
        return box
    }

    @Test func answersAStatementWithOneObjectALine() throws {
        let box = try things()
        let found = try box.open([
            "sql", "select id, level * 2 as double from things order by level",
        ])
        #expect(found.status == 0)
        #expect(
            found.output == """
                {"id":"t0","double":0}
                {"id":"t1","double":2}
                {"id":"t2","double":4}
                {"id":"t3","double":6}

                """)
    }

    @Test func takesParameters() throws {
        let box = try things()
        let sql = "select :a as a, :b as b, :c as c, :d as d, typeof(:e) as e"
        let found = try box.open([
            "sql", sql, "--param", "a=5", "-p", "b=05", "--param", ":c=1.5", "--param",
            "d:=[true]", "--param", "e:=null",
        ])
        #expect(found.output == #"{"a":5,"b":"05","c":1.5,"d":"[true]","e":"null"}"# + "\n")
        for words in [["--param", "a"], ["--param", "=1"], ["-p", "a:=x"], ["-p", "z=1"]] {
            let refused = try box.open(["sql", "select 1", "--json"] + words)
            #expect(refused.status == 2, "\(words)")
        }
    }

    @Test func readsStatementsFromStandardInput() throws {
        let box = try things()
        let script = """
            -- a comment; with a semicolon
            select 'a;b' as x; /* and ; here */ select ";" as y from (select 1 as ";");
            ; select count(*) as n from things
            """
        let found = try box.open(["sql"], input: script)
        #expect(found.status == 0, "\(found.errors)")
        #expect(found.output == "{\"x\":\"a;b\"}\n{\"y\":1}\n{\"n\":4}\n")
        let broken = try box.open(
            ["sql", "--json"], input: "select 1 as a; selec 2; select 3 as c")
        #expect(broken.status == 2)
        #expect(broken.code == "statement")
        #expect(broken.output == "{\"a\":1}\n")
    }

    @Test func endsWithItsOwnCodeWords() throws {
        let box = try things()
        let endless =
            "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n"
        let cases: [([String], Int32, String)] = [
            (["sql", "drop table things"], 2, "statement"),
            (["sql", "select * from c_1"], 2, "statement"),
            (["sql", endless, "--timeout", "1s"], 1, "time-limit"),
            (["sql", "select * from things", "--limit", "3"], 1, "row-limit"),
            (["sql", "select 1", "--timeout", "soon"], 2, "usage"),
            (["set", "things", "--where", "level = 1", "name=x"], 2, "usage"),
            (["set", "things", "--where", "nme = 1", "name=x", "--yes"], 7, "invalid"),
            (["rm", "things", "--where", "level = 1"], 2, "usage"),
            (["rm", "things", "t1", "--where", "level = 1", "--yes"], 2, "usage"),
        ]
        for (words, status, code) in cases {
            let ended = try box.open(words + ["--json"])
            #expect(ended.status == status, "\(words)")
            #expect(ended.code == code, "\(words)")
        }
        #expect(try box.open(["sql", "select count(*) as n from things"]).output == "{\"n\":4}\n")
    }

    @Test func changesAndRemovesByCondition() throws {
        let box = try things()
        let set = try box.open(
            ["set", "things", "--where", "level >= 2", "name=Same", "--yes", "--json"])
        #expect(set.output == "{\"matched\":2,\"changed\":2}\n")
        let again = try box.open(
            ["set", "things", "--where", "level >= 1", "name=Same", "--yes", "--json"])
        #expect(again.output == "{\"matched\":3,\"changed\":1}\n")
        let removed = try box.open(["rm", "things", "--where", "name = 'Same'", "--yes", "--json"])
        #expect(removed.output == "{\"removed\":3}\n")
        let none = try box.open(["rm", "things", "--where", "name = 'Same'", "--json"])
        #expect(none.status == 0)
        #expect(none.output == "{\"removed\":0}\n")
        #expect(try box.open(["check"]).status == 0)
    }

    /// Everything that the program opens or writes while it sorts what does not fit a cache.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace")))
    func nothingReadableReachesAFile() throws {
        let box = try things(3_000)
        let sql = """
            with r(n) as (values (1), (2), (3), (4), (5), (6), (7), (8)) \
            select a.id, a.name from things a, r order by a.name || hex(zeroblob(3000)) || n, a.id
            """
        let traced = try box.shell(
            #"strace -f -s 400 -e trace=openat,open,creat,memfd_create,write,pwrite64,writev -o trace "$COFFER" "$@""#,
            ["sql", sql, "--password-file", "password"])
        guard traced.status == 0 else {
            print("SKIPPED: strace cannot trace here: \(traced.errors)")
            return
        }
        // Some 140 MB to sort, more than SQLite keeps of what may go to a file.
        #expect(traced.output.split(separator: "\n").count == 24_000)
        let trace = try box.read("trace").split(separator: "\n")
        #expect(trace.count > 20)
        var created: [Substring] = []
        for line in trace {
            if line.contains("O_CREAT") || line.contains("O_TMPFILE") || line.contains("creat(") {
                let isKnown = ["-shm", "-wal", "/coffer/"].contains { line.contains($0) }
                if !isKnown { created.append(line) }
            }
            let isWrite = line.contains("write")
            if isWrite, line.contains("Name "), !line.contains("write(1,") {
                created.append(line)
            }
        }
        #expect(created.isEmpty, "\(created)")
    }
}
