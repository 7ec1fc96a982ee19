import Foundation
import Glibc
import Testing

/// Transactions over several requests, through the program.
@Suite(.enabled(if: BuiltProgram.isThere)) struct ServeTransactionTests {
    private let box: Sandbox
    private let child: ServedProcess

    init() throws {
        box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        child = try ServedProcess(box)
    }

    private func npc(_ id: String, _ name: String = "N") -> ServedProcess.Line {
        ["collection": "npcs", "fields": ["id": id, "name": name]]
    }

    private func names(_ child: ServedProcess) throws -> [String] {
        let rows = try child.result("sql", ["statement": "SELECT id FROM npcs ORDER BY id"])
        return (rows as? [[String: String]])?.compactMap { $0["id"] } ?? []
    }

    /// The keys of all records, as a new process finds them.
    private func stored() throws -> [String] {
        try box.open(["list", "npcs", "--sort", "id", "--json"]).rows.compactMap {
            $0["key"] as? String
        }
    }

    private func isSound() throws -> Bool { try box.open(["check"]).status == 0 }

    @Test func nobodyElseSeesAnythingBeforeTheCommit() throws {
        let other = try ServedProcess(box)
        try child.result("begin")
        try child.result("add", npc("a"))
        #expect(try names(child) == ["a"])
        #expect(try names(other) == [])
        #expect(try stored() == [])
        let ended = try child.result("commit") as? ServedProcess.Line
        #expect(ended?["transaction"] is NSNull)
        #expect(try names(other) == ["a"])
        #expect(try stored() == ["a"])
        // One change: undone at once.
        try child.result("begin")
        for id in ["b", "c"] { try child.result("add", npc(id)) }
        try child.result("commit")
        let undone = try other.result("undo") as? ServedProcess.Line
        #expect(undone?["removed"] as? Int == 2)
    }

    @Test func aRollbackLeavesNothing() throws {
        try child.result("begin")
        try child.result("put", ["collection": "npcs", "records": [["id": "a", "name": "A"]]])
        try child.result("rollback")
        #expect(try stored() == [])
        #expect(try child.code("rollback") == "usage")
        #expect(try child.code("commit") == "usage")
    }

    @Test func theSecondWriterIsToldThatTheVaultIsBusy() throws {
        let other = try ServedProcess(box)
        try child.result("begin")
        try child.result("add", npc("a"))
        #expect(try other.code("begin") == "busy")
        try child.result("status")
        #expect(try other.code("add", npc("b")) == "busy")
        try child.result("commit")
        try other.result("add", npc("b"))
        #expect(try stored() == ["a", "b"])
    }

    @Test func theLaterOfTwoChangesToOneVersionIsAConflict() throws {
        let other = try ServedProcess(box)
        try child.result("add", npc("a"))
        let change: ServedProcess.Line = [
            "collection": "npcs", "record": "a", "fields": ["name": "M"], "ifVersion": 1,
        ]
        try other.result("set", change)
        try child.result("begin")
        #expect(try child.code("set", change) == "version-conflict")
        #expect(try child.code("commit") == "version-conflict")
        #expect(try child.code("set", change) == "version-conflict")
    }

    @Test func aReadingTransactionShowsOneMoment() throws {
        let other = try ServedProcess(box)
        try child.result("add", npc("a"))
        try child.result("begin", ["mode": "read"])
        #expect(try names(child) == ["a"])
        try other.result("add", npc("b"))
        #expect(try names(child) == ["a"])
        #expect(try child.code("add", npc("c")) == "usage")
        #expect(try child.code("import", ["files": ["x"]]) == "usage")
        #expect(try names(child) == ["a"])
        try child.result("commit")
        #expect(try names(child) == ["a", "b"])
    }

    @Test(arguments: ["add", "unknown", "member", "batch"])
    func nothingIsStoredOnceARequestHasFailed(_ how: String) throws {
        try child.result("add", npc("z"))
        // All at once, as a program sends them that waits for no answer.
        try child.post(["do": "begin", "id": 0])
        try child.post(npc("a").merging(["do": "add", "id": 1]) { $1 })
        let failing: ServedProcess.Line =
            switch how {
            case "add": npc("z").merging(["do": "add"]) { $1 }
            case "unknown": ["do": "ad", "collection": "npcs"]
            case "member": npc("y").merging(["do": "add", "fiels": 1]) { $1 }
            default:
                [
                    "do": "batch",
                    "requests": [
                        npc("y").merging(["do": "add"]) { $1 },
                        ["do": "get", "collection": "npcs", "record": "nobody"],
                    ],
                ]
            }
        try child.post(failing.merging(["id": 2]) { $1 })
        try child.post(npc("b").merging(["do": "add", "id": 3]) { $1 })
        try child.post(["do": "get", "collection": "npcs", "record": "z", "id": 4])
        try child.post(["do": "commit", "id": 5])
        try child.post(["do": "get", "collection": "npcs", "record": "z", "id": 6])
        let answers = try (0...6).map { _ in try child.next() }
        #expect(answers.map { $0["id"] as? Int } == Array(0...6))
        let isOK = answers.map { $0["ok"] as? Bool }
        #expect(isOK == [true, true, false, false, true, false, true])
        let code = ServedProcess.code(answers[2])
        #expect(ServedProcess.code(answers[3]) == code)
        #expect(ServedProcess.code(answers[5]) == code)
        #expect(try stored() == ["z"])
        #expect(try isSound())
    }

    @Test func aRequestThatOnlyReadsMayFail() throws {
        try child.result("begin")
        try child.result("add", npc("a"))
        #expect(try child.code("get", ["collection": "npcs", "record": "nobody"]) == "no-record")
        #expect(try child.code("begin") == "usage")
        #expect(try child.code("subscribe") == "usage")
        try child.result("status")
        try child.result("commit")
        #expect(try stored() == ["a"])
    }

    @Test(arguments: ["{\"do\":", "[]", "too long"])
    func aBrokenLineRollsBackAndKeepsWhatFollowsFromBeingWritten(_ broken: String) throws {
        try child.post(["do": "begin"])
        try child.post(npc("a").merging(["do": "add"]) { $1 })
        let line = broken == "too long" ? String(repeating: " ", count: (16 << 20) + 1) : broken
        try child.send(line + "\n")
        try child.post(npc("b").merging(["do": "add"]) { $1 })
        try child.post(["do": "begin"])
        try child.post(["do": "commit"])
        try child.post(npc("c").merging(["do": "add"]) { $1 })
        let answers = try (0..<7).map { _ in try child.next() }
        let codes = answers.map { ServedProcess.code($0) }
        #expect(codes == [nil, nil, "invalid", "invalid", "invalid", "invalid", nil])
        #expect(try stored() == ["c"])
        #expect(try isSound())
    }

    @Test func anIdleTransactionIsRolledBackAndTheNextRequestIsTold() throws {
        let other = try ServedProcess(box)
        #expect(try child.code("begin", ["timeout": "31s"]) == "usage")
        try child.result("begin", ["timeout": "1s"])
        try child.result("add", npc("a"))
        // Waits for the writer, so for its end, and no longer than it waits for any.
        try other.result("add", npc("b"))
        #expect(try child.code("add", npc("c")) == "time-limit")
        #expect(try child.code("status") == nil)
        #expect(try child.code("rollback") == nil)
        try child.result("add", npc("d"))
        #expect(try stored() == ["b", "d"])
    }

    @Test func aClientThatReadsNoAnswersKeepsNobodyWaiting() throws {
        let other = try ServedProcess(box)
        let long = String(repeating: "long ", count: 60_000)
        try other.result("add", npc("long", long))
        let mute = try ServedProcess(box, isRead: false)
        try mute.post(["do": "begin", "timeout": "1s"])
        try mute.post(npc("a").merging(["do": "add"]) { $1 })
        try mute.post(["do": "get", "collection": "npcs", "record": "long"])
        try mute.post(npc("b").merging(["do": "add"]) { $1 })
        mute.waitForOutput()
        try other.result("add", npc("c"))
        mute.read()
        let answers = try (0..<4).map { _ in try mute.next() }
        let record = answers[2]["result"] as? ServedProcess.Line
        let fields = record?["fields"] as? [String: String]
        #expect(fields?["name"] == long)
        #expect(ServedProcess.code(answers[3]) == "time-limit")
        #expect(try stored() == ["c", "long"])
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP, SIGKILL, 0])
    func theEndOfTheProcessRollsBack(_ signal: Int32) throws {
        try child.result("begin")
        try child.result("add", npc("a"))
        if signal != 0 { child.raise(signal) }
        let status = signal == 0 ? child.end() : child.wait()
        #expect(status == [0: 0, SIGKILL: -SIGKILL][signal] ?? 128 + signal)
        #expect(child.errors == "")
        #expect(try stored() == [])
        #expect(try isSound())
    }

    @Test func aBatchIsDoneAsAWholeOrNotAtAll() throws {
        let good: [ServedProcess.Line] = [
            npc("a").merging(["do": "add", "id": "first"]) { $1 },
            ["do": "list", "collection": "npcs"],
            npc("b").merging(["do": "add"]) { $1 },
        ]
        let results = try child.result("batch", ["requests": good]) as? [ServedProcess.Line]
        #expect(results?.count == 3)
        #expect(results?[0]["id"] as? String == "first")
        #expect((results?[1]["result"] as? [Any])?.count == 1)
        let bad = [npc("c").merging(["do": "add"]) { $1 }, npc("a").merging(["do": "add"]) { $1 }]
        let answer = try child.ask("batch", ["requests": bad])
        #expect(ServedProcess.code(answer) == "exists")
        #expect((answer["error"] as? ServedProcess.Line)?["index"] as? Int == 1)
        #expect(try stored() == ["a", "b"])
        for refused in ["begin", "lock", "batch", "version", "unlock"] {
            #expect(try child.code("batch", ["requests": [["do": refused]]]) == "usage")
        }
        #expect(try child.code("batch", ["requests": [1]]) == "usage")
        let empty = try child.result("batch", ["requests": [ServedProcess.Line]()]) as? [Any]
        #expect(empty?.isEmpty == true)
    }

    @Test func lockInsideOfATransactionRollsItBack() throws {
        try child.result("begin")
        try child.result("add", npc("a"))
        let locked = try child.result("lock") as? [String: Int]
        #expect(locked == ["locked": 1])
        #expect(try child.code("list", ["collection": "npcs"]) == "locked")
        #expect(try stored() == [])
    }
}
