import CofferFormat
import Foundation
import Testing

/// What nobody should send to `coffer serve`.
@Suite(.enabled(if: BuiltProgram.isThere), .serialized) struct ServeHostileTests {
    /// The most memory that a child may have had, in KiB.
    private static let memoryLimit = 200 << 10

    private let box: Sandbox
    private let child: ServedProcess

    init() throws {
        box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        child = try ServedProcess(box)
        let records = (0..<50).map { ["id": "n\($0)", "name": "Name \($0)", "role": "guard"] }
        try child.result("put", ["collection": "npcs", "records": records])
    }

    /// An answer, as text: other readers of JSON know fewer numbers.
    private struct Answer {
        let id: Value?
        let isOK: Bool
        let code: String?

        init(_ text: Data) throws {
            let value = try JSON.parse([UInt8](text))
            id = value["id"]
            isOK = value["ok"] == .bool(true)
            if case .text(let code)? = value["error"]?["code"] {
                self.code = code
            } else {
                code = nil
            }
            #expect(id != nil && isOK == (value["error"] == nil))
            #expect(isOK == (value["result"] != nil))
        }
    }

    /// Sends lines, and after all of them one that is right: there must be an answer for each that
    /// is not empty, in order.
    ///
    /// - Returns: The answers without that of the last.
    @discardableResult
    private func exchange(_ lines: [UInt8], _ number: Int) throws -> [Answer] {
        let expected = lines.split(separator: 10).count {
            !$0.allSatisfy { [9, 13, 32].contains($0) }
        }
        try child.send(Data(lines) + Data("\n{\"id\":[\(number)],\"do\":\"version\"}\n".utf8))
        var answers: [Answer] = []
        while true {
            let line = try #require(child.nextText(), "no answer: \(child.errors)")
            if line.starts(with: Data("{\"event\":".utf8)) { continue }
            let answer = try Answer(line)
            if answer.id == .array([.integer(Int64(number))]) {
                #expect(answer.isOK)
                break
            }
            answers.append(answer)
        }
        #expect(
            answers.count == expected, "\(String(decoding: lines.prefix(400), as: UTF8.self))")
        return answers
    }

    /// Ends the child and looks at what is left.
    private func conclude(_ limit: Int = memoryLimit) throws {
        try child.ask("rollback")
        try child.result("unlock", ["password": Sandbox.password])
        try child.result("list", ["collection": "npcs"])
        if let peak = child.memoryPeak {
            print("serve had \(peak >> 10) MiB at most")
            #expect(peak < limit)
        } else {
            print("SKIPPED: proc(5) does not tell how much memory another process has had.")
        }
        #expect(child.end() == 0)
        #expect(child.errors == "")
        #expect(try box.open(["check"]).status == 0)
    }

    private static let requests = [
        #"{"id":1,"do":"get","collection":"npcs","record":"n1","field":"name"}"#,
        #"{"id":2,"do":"list","collection":"npcs","where":"name > 'N'","sort":"name","limit":3}"#,
        #"{"id":3,"do":"list","collection":"npcs","fields":["name"],"limit":2,"offset":48}"#,
        #"{"id":4,"do":"sql","statement":"SELECT id, name FROM npcs WHERE id = :i","param":{"i":1}}"#,
        #"{"id":5,"do":"sql","statement":"SELECT count(*) FROM npcs","timeout":"1s","limit":1}"#,
        #"{"id":6,"do":"search","words":"name \"guard\"","in":"npcs","limit":2}"#,
        #"{"id":7,"do":"changes","since":45,"limit":3}"#,
        #"{"id":8,"do":"history","collection":"npcs","record":"n2","show":1}"#,
        #"{"id":9,"do":"trash list","collection":"npcs"}"#,
        #"{"id":10,"do":"schema show","collection":"npcs"}"#,
        #"{"id":11,"do":"export","collections":["locations"],"format":"csv"}"#,
        #"{"id":12,"do":"add","collection":"npcs","fields":{"name":"New","stats.str":12}}"#,
        #"{"id":13,"do":"set","collection":"npcs","record":"n3","fields":{"name":"é"},"unset":["role"]}"#,
        #"{"id":14,"do":"set","collection":"npcs","where":"id = 'n4'","fields":{"name":"M"}}"#,
        #"{"id":15,"do":"put","collection":"npcs","records":[{"id":"p","name":"P"},{"id":"q"}]}"#,
        #"{"id":16,"do":"rm","collection":"npcs","records":["p"],"now":true}"#,
        #"{"id":17,"do":"rm","collection":"npcs","where":"name = 'P'"}"#,
        #"{"id":18,"do":"trash restore","collection":"npcs","record":"p"}"#,
        #"{"id":19,"do":"undo"}"#, #"{"id":20,"do":"begin","mode":"write","timeout":"5s"}"#,
        #"{"id":21,"do":"commit"}"#, #"{"id":22,"do":"rollback"}"#, #"{"id":23,"do":"status"}"#,
        #"{"id":24,"do":"batch","requests":[{"do":"undo"},{"id":1,"do":"schema list"}]}"#,
        #"{"id":25,"do":"subscribe","since":50}"#, #"{"id":26,"do":"unsubscribe"}"#,
        #"{"id":27,"do":"unlock","password":"correct horse battery"}"#, #"{"id":28,"do":"lock"}"#,
        #"{"id":29,"do":"import","files":["none.json"],"into":"npcs","existing":"skip"}"#,
    ]

    /// How many mutated requests are sent; 10,000 take some fifteen seconds.
    private static let count =
        ProcessInfo.processInfo.environment["COFFER_LONG_TESTS"] == "1" ? 100_000 : 10_000

    @Test func mutatedRequestsAreAllAnsweredInOrder() throws {
        var mutator = FrameMutator(seed: 0x636F_6666_6572)
        var ok = 0
        var codes: [String: Int] = [:]
        for index in 0..<Self.count {
            let answers = try exchange(mutator.next(of: Self.requests), index)
            for answer in answers {
                if let code = answer.code { codes[code, default: 0] += 1 } else { ok += 1 }
            }
            // Else one mutated `lock` or broken transaction would keep all others from their work.
            if index % 20 == 19 {
                try exchange(Array("{\"do\":\"rollback\"}".utf8), index)
                try exchange(Array(Self.requests[26].utf8), index)
            }
        }
        print("\(Self.count) mutated requests: \(ok) done, \(codes.sorted { $0.value > $1.value })")
        #expect(codes["unexpected"] == nil)
        #expect(ok > Self.count / 20)
        #expect(codes.keys.count > 5)
        try conclude()
    }

    @Test func truncatedRequestsAreRefusedWhereverTheyEnd() throws {
        var count = 0
        for request in Self.requests {
            let whole = Array(request.utf8)
            var lines: [UInt8] = []
            for end in 1..<whole.count { lines += whole[..<end] + [10] }
            let answers = try exchange(lines, count)
            #expect(answers.allSatisfy { $0.code == "invalid" && $0.id == .null })
            count += answers.count
        }
        #expect(count > 1_000)
        // One that the input ends in.
        try child.send(#"{"id":1,"do":"rm","collection":"npcs","records":["n1"]"#)
        child.closeInput()
        #expect(ServedProcess.code(try child.next()) == "invalid")
        #expect(child.wait() == 0)
        #expect(try box.open(["get", "npcs", "n1"]).status == 0)
    }

    @Test func deepNestingIsRefused() throws {
        let depth = 100_000
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let deep =
                String(repeating: open, count: depth) + "0" + String(repeating: close, count: depth)
            for frame in [
                deep, String(deep.prefix(depth)), "{\"do\":\"version\",\"id\":\(deep)}",
                "{\"do\":\"sql\",\"statement\":\"SELECT :a\",\"param\":{\"a\":\(deep)}}",
                "{\"do\":\"put\",\"collection\":\"npcs\",\"records\":[{\"id\":\"n1\",\"x\":\(deep)}]}",
            ] {
                let answers = try exchange(Array(frame.utf8), 1)
                #expect(answers.map(\.code) == ["invalid"])
            }
        }
        let most = String(repeating: "[", count: 511) + String(repeating: "]", count: 511)
        let answers = try exchange(Array("{\"do\":\"version\",\"id\":\(most)}".utf8), 1)
        #expect(answers.map(\.code) == [nil])
        try conclude()
    }

    @Test func longLinesArePassedOverWithoutBeingKept() throws {
        let limit = 16 << 20
        let head = #"{"do":"version","id":""#
        let longest = head + String(repeating: "x", count: limit - head.utf8.count - 2) + "\"}"
        let kept = try exchange(Array(longest.utf8), 1)
        let text = String(repeating: "x", count: limit - head.utf8.count - 2)
        #expect(kept.first?.id == .text(text))
        #expect(kept.first?.isOK == true)
        let refused = try exchange(Array((longest + " ").utf8), 2)
        #expect(refused.map(\.code) == ["invalid"])
        try exchange([UInt8](repeating: UInt8(ascii: "["), count: limit * 4), 3)
        try exchange([UInt8](repeating: UInt8(ascii: "\""), count: limit + 1), 4)
        // Many values in a few bytes: as many as are let through, and more.
        for (values, code) in [(990_000, nil), (1_000_001, "invalid"), (8_000_000, "invalid")] {
            for value in ["0,", "{},"] where values * value.utf8.count < limit {
                let list = String(String(repeating: value, count: values).dropLast())
                let answers = try exchange(
                    Array("{\"do\":\"version\",\"id\":[\(list)]}".utf8), 5)
                let expected = value == "{}," ? "invalid" : code
                #expect(answers.map(\.code) == [expected], "\(value) \(values)")
            }
        }
        // A long line that the input ends in.
        try child.send(Data(repeating: UInt8(ascii: "x"), count: limit + 100))
        let peak = child.memoryPeak ?? 0
        print("serve had \(peak >> 10) MiB at most")
        #expect(peak < Self.memoryLimit)
        child.closeInput()
        #expect(ServedProcess.code(try child.next()) == "invalid")
        #expect(child.wait() == 0)
    }

    @Test func answersAreBounded() throws {
        let text = "hex(zeroblob(10000000))"
        let rows = try child.ask(
            "sql", ["statement": "SELECT \(text) FROM npcs LIMIT 10", "timeout": "none"])
        #expect((rows["result"] as? [Any])?.count == 3)
        #expect(rows["more"] as? Bool == true)
        let long = try child.ask("sql", ["statement": "SELECT \(text), \(text), \(text), \(text)"])
        #expect(ServedProcess.code(long) == "memory-limit")
        let one: ServedProcess.Line = ["do": "sql", "statement": "SELECT \(text) AS x"]
        let most = try child.result("batch", ["requests": [one, one, one]]) as? [Any]
        #expect(most?.count == 3)
        let more = try child.ask("batch", ["requests": [one, one, one, one]])
        #expect(ServedProcess.code(more) == "memory-limit")
        #expect((more["error"] as? ServedProcess.Line)?["index"] as? Int == 3)
        // SQLite and the answer each have the text of a row, besides all that is answered.
        try conclude(512 << 10)
    }

    /// The folder of JSONTestSuite; nil when it is absent.
    private static let suite: URL? = {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let vectors =
            ProcessInfo.processInfo.environment["COFFER_VECTORS"]
            .map { URL(fileURLWithPath: $0) }
            ?? root.deletingLastPathComponent().appendingPathComponent("shared/vectors")
        let folder = vectors.appendingPathComponent("json/test_parsing")
        if FileManager.default.fileExists(atPath: folder.path) { return folder }
        print("SKIPPED: JSONTestSuite is not at \(folder.path); COFFER_VECTORS names its place.")
        return nil
    }()

    @Test(.enabled(if: suite != nil)) func everyFileOfJSONTestSuiteIsAnswered() throws {
        let folder = try #require(Self.suite)
        var counts = ["y_": 0, "n_": 0, "i_": 0]
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        for (index, name) in names.enumerated() where name.hasSuffix(".json") {
            let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
            let answers = try exchange(bytes, index)
            #expect(answers.allSatisfy { !$0.isOK }, "\(name)")
            counts[String(name.prefix(2)), default: 0] += 1
            // As a part of a request that is right.
            guard !bytes.contains(10) else { continue }
            let frame = Array("{\"do\":\"version\",\"id\":".utf8) + bytes + Array("}".utf8)
            let isOK = try exchange(frame, index).map(\.isOK)
            if name.hasPrefix("y_"), !name.contains("duplicated_key") {
                #expect(isOK == [true], "\(name)")
            } else if name.hasPrefix("n_") {
                #expect(isOK == [false], "\(name)")
            }
        }
        #expect(counts == ["y_": 48, "n_": 94, "i_": 17])
        try conclude()
    }
}
