import CofferFormat
import CofferSchema
import Foundation
import Testing

/// What `Docs/Interface.md` says of `coffer serve` against what it does.
@Suite(.enabled(if: BuiltProgram.isThere)) struct ServeInterfaceTests {
    /// A child whose requests and answers are all held against the page.
    private final class Checked {
        let schemas: [String: JSONSchema]
        let child: ServedProcess
        var unused: Set<String>

        init(_ box: Sandbox) throws {
            schemas = try InterfaceTests.schemas()
            unused = Set(schemas.keys.filter { $0.hasPrefix("serve-") })
            child = try ServedProcess(box)
        }

        func hold(_ value: Any, keeps name: String) throws {
            unused.remove(name)
            let schema = try #require(schemas[name], "the page has no schema \(name)")
            let bytes = try JSONSerialization.data(
                withJSONObject: value, options: .fragmentsAllowed)
            let problems = schema.validate(try JSON.parse([UInt8](bytes)))
            #expect(problems.isEmpty, "\(name): \(problems) in \(value)")
        }

        /// A request that must succeed, and whose result must keep a shape of the page.
        func ask(
            _ name: String, _ members: ServedProcess.Line, _ shape: String?, isMany: Bool = false
        ) throws {
            let request = members.merging(["do": name, "id": [1, "x"]]) { $1 }
            try hold(request, keeps: "serve-" + name.replacingOccurrences(of: " ", with: "-"))
            try child.post(request)
            let answer = try child.next()
            try hold(answer, keeps: "serve-answer")
            #expect(answer["ok"] as? Bool == true, "\(name): \(answer)")
            #expect(answer["id"] as? NSArray == [1, "x"])
            guard let shape, let result = answer["result"] else { return }
            guard isMany else { return try hold(result, keeps: shape) }
            let elements = try #require(result as? [Any])
            #expect(!elements.isEmpty, "\(name) has found nothing")
            for element in elements { try hold(element, keeps: shape) }
        }
    }

    @Test func everyRequestAndAnswerIsWhatThePageSays() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        let page = try Checked(box)
        let npc: ServedProcess.Line = ["collection": "npcs", "record": "ana"]
        try page.ask("version", [:], "serve-greeting")
        try page.ask("version", [:], "version")
        try page.ask("status", [:], "status")
        try page.ask(
            "add", ["collection": "npcs", "fields": ["id": "ana", "name": "Ana"]], "written")
        try page.ask(
            "set",
            npc.merging(["fields": ["name": "Anna"], "unset": ["role"], "ifVersion": 1]) { $1 },
            "written")
        try page.ask(
            "put", ["collection": "npcs", "records": [["id": "bob", "name": "B"]]], "written",
            isMany: true)
        try page.ask(
            "set", ["collection": "npcs", "where": "name = 'B'", "fields": ["name": "Bob"]],
            "changed")
        try page.ask("get", npc, "record")
        try page.ask("get", npc.merging(["field": "name"]) { $1 }, nil)
        try page.ask(
            "list",
            [
                "collection": "npcs", "where": "name > 'A'", "sort": "name", "reverse": true,
                "fields": ["name"], "limit": 5, "offset": 0,
            ], "record", isMany: true)
        try page.ask(
            "sql",
            [
                "statement": "SELECT name FROM npcs WHERE name < :n", "param": ["n": "Z"],
                "timeout": "5s", "limit": 1,
            ], nil)
        try page.ask(
            "search", ["words": "anna", "in": "npcs", "limit": 5, "offset": 0], "hit",
            isMany: true)
        try page.ask("changes", ["since": 0, "limit": 5], "change", isMany: true)
        try page.ask("history", npc, "history")
        try page.ask("history", npc.merging(["show": 1]) { $1 }, nil)
        try page.ask("schema list", [:], "collection", isMany: true)
        try page.ask("schema show", ["collection": "npcs"], "collection")
        try page.ask("export", ["collections": ["npcs"], "format": "csv"], nil)
        try page.ask("export", ["output": "all.json", "force": true], "export")
        try page.ask("export", ["everything": "all"], "everything")
        try box.write("towns.ndjson", "{\"id\":1}\n{\"id\":2}\n")
        try page.ask(
            "import",
            [
                "files": ["towns.ndjson"], "into": "towns", "existing": "update", "idField": "id",
                "dryRun": true, "keepGoing": true,
            ], "import")
        try page.ask("subscribe", [:], "serve-subscription")
        try page.ask("rm", ["collection": "npcs", "records": ["ana"], "now": false], "removed")
        try page.hold(try page.child.next(), keeps: "serve-event")
        try page.ask("unsubscribe", [:], "serve-subscription")
        try page.ask("trash list", ["collection": "npcs"], "trash")
        try page.ask("undo", [:], "undone")
        try page.ask("rm", ["collection": "npcs", "where": "name = 'Anna'"], "removed")
        try page.ask("trash restore", npc, "written")
        try page.ask(
            "batch", ["requests": [["do": "get", "collection": "npcs", "record": "ana"]]],
            "serve-answer", isMany: true)
        try page.ask("begin", ["mode": "write", "timeout": "5s"], "serve-transaction")
        try page.ask("commit", [:], "serve-transaction")
        try page.ask("begin", ["mode": "read"], "serve-transaction")
        try page.ask("rollback", [:], "serve-transaction")
        try page.ask("unlock", ["password": Sandbox.password], "unlock")
        try page.ask("lock", [:], "lock")
        for failing in ["{\"do\":\"list\",\"collection\":\"npcs\"}\n", "[]\n", "x\n", "{}\n"] {
            try page.child.send(failing)
            let answer = try page.child.next()
            #expect(answer["ok"] as? Bool == false)
            try page.hold(answer, keeps: "serve-answer")
        }
        #expect(page.child.end() == 0)
        #expect(page.unused.isEmpty, "no test for \(page.unused.sorted())")
        #expect(page.schemas.keys.filter { $0.hasPrefix("serve-") }.count == 32)
    }

    /// The page's schemas let no other members through, and neither does the program: so what one
    /// knows and the other does not is found here.
    @Test func requestsKnowTheMembersOfThePageAndNoOthers() throws {
        let box = try Sandbox()
        try box.makeVault("game", ["--template", "campaign"])
        let child = try ServedProcess(box)
        var count = 0
        for (name, shape) in try Self.requests() {
            for member in Set(Self.everyMember).union(shape) {
                count += 1
                // Of the wrong kind for every member, so that nothing is done.
                let members: ServedProcess.Line = [member: ["wrong": true] as ServedProcess.Line]
                let answer = try child.ask(name, members)
                let error = answer["error"] as? ServedProcess.Line
                let message = error?["message"] as? String ?? ""
                let isUnknown = message.contains("does not know «\(member)»")
                #expect(isUnknown == !shape.contains(member), "\(name) \(member): \(message)")
                if ["begin", "rollback", "commit"].contains(name) { try child.ask("rollback") }
            }
        }
        #expect(count > 27 * 20)
        #expect(child.end() == 0)
    }

    private static let everyMember = [
        "collection", "record", "records", "field", "fields", "where", "sort", "reverse", "limit",
        "offset", "statement", "param", "timeout", "words", "in", "since", "show", "format",
        "output", "force", "unset", "ifVersion", "now", "files", "into", "existing", "idField",
        "dryRun", "keepGoing", "requests", "mode", "password", "for", "collections", "yes",
        "everything",
    ]

    /// The requests of the page, each with the members that it knows.
    private static func requests() throws -> [(name: String, members: Set<String>)] {
        let page = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Docs/Interface.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        var found: [(String, Set<String>)] = []
        for block in text.components(separatedBy: "```json-schema serve-").dropFirst() {
            let body = block.drop { $0 != "\n" }.components(separatedBy: "```")[0]
            let schema = try JSONSerialization.jsonObject(with: Data(body.utf8))
            let properties = (schema as? [String: Any])?["properties"] as? [String: Any]
            let action = (properties?["do"] as? [String: Any])?["const"] as? String
            guard let action, let properties else { continue }
            found.append((action, Set(properties.keys).subtracting(["id", "do"])))
        }
        #expect(found.count == 27)
        return found
    }
}
