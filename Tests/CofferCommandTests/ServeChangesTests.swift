import Foundation
import Testing

/// Changes that are told as they happen, through the program.
@Suite(.enabled(if: BuiltProgram.isThere)) struct ServeChangesTests {
    private let box: Sandbox
    private let child: ServedProcess

    init() throws {
        box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        child = try ServedProcess(box)
    }

    private func add(_ id: String) throws {
        #expect(try box.open(["add", "npcs", "id=\(id)", "name=N"]).status == 0)
    }

    @Test func whatAnotherProgramCommitsIsTold() throws {
        try add("a")
        let since = (try child.result("subscribe") as? [String: Int])?["since"] ?? -1
        #expect(since == 1)
        try add("b")
        let event = try child.next(within: 10)
        #expect(event["event"] as? String == "change")
        #expect(event["seq"] as? Int == since + 1)
        #expect(event["kind"] as? String == "put")
        #expect(event["id"] as? String != nil)
        #expect(try box.open(["rm", "npcs", "a"]).status == 0)
        #expect(try child.next(within: 10)["kind"] as? String == "delete")
        let last = (try child.result("unsubscribe") as? [String: Int])?["since"]
        #expect(last == since + 2)
        try add("c")
        #expect(child.nextText(within: 0.5) == nil)
    }

    @Test func ownChangesAreToldAfterTheirAnswerAndInsideOfATransactionAfterItsEnd() throws {
        try child.result("subscribe", ["since": 0])
        let record: ServedProcess.Line = [
            "collection": "npcs", "fields": ["id": "a", "name": "A"],
        ]
        try child.result("add", record)
        #expect(try child.next()["seq"] as? Int == 1)
        try child.result("begin")
        try child.result("set", ["collection": "npcs", "record": "a", "fields": ["name": "B"]])
        #expect(child.nextText(within: 0.5) == nil)
        try child.result("commit")
        #expect(try child.next()["version"] as? Int == 2)
        #expect(child.nextText(within: 0.3) == nil)
    }

    @Test func aThousandChangesComeInOrderAndOnce() throws {
        let records = (0..<1_500).map { ["id": "n\($0)", "name": "N"] }
        let writer = try ServedProcess(box)
        try child.result("subscribe", ["since": 0])
        try writer.result("put", ["collection": "npcs", "records": records])
        try child.post(["do": "version", "id": "between"])
        var numbers: [Int] = []
        var answers = 0
        while numbers.count < records.count {
            let line = try child.next()
            if let number = line["seq"] as? Int { numbers.append(number) } else { answers += 1 }
        }
        #expect(numbers == Array(1...1_500))
        if answers == 0 { _ = try child.next() }
        #expect(child.nextText(within: 0.3) == nil)
    }

    @Test(.enabled(if: Machine.hasKeyring))
    func aLockFromOutsideLocksAProcessThatHasTheKeyFromTheKernel() throws {
        #expect(try box.open(["unlock"]).status == 0)
        let kept = try ServedProcess(box, [])
        try kept.result("list", ["collection": "npcs"])
        try kept.result("subscribe")
        #expect(try box.run(["lock"]).status == 0)
        #expect(try kept.next(within: 10)["event"] as? String == "locked")
        #expect(try kept.code("list", ["collection": "npcs"]) == "locked")
        // One with a password of its own stays as it is.
        try child.result("list", ["collection": "npcs"])
        try kept.result("unlock", ["password": Sandbox.password])
        try add("a")
        #expect(try kept.next(within: 10)["event"] as? String == "change")
    }
}
