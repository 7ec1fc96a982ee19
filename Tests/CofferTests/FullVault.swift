import CofferFormat
import CofferRecords

@testable import Coffer

/// A vault in which everything happened that this release can do to one.
enum FullVault {
    /// Two collections that refer to each other and one about people.
    private static let schemas = [
        (
            "ships",
            """
            {"type":"object","required":["id"],"properties":{"id":{"type":"string"},\
            "captain":{"type":["integer","null"],"coffer:references":"sailors",\
            "coffer:on-delete":"clear"},"tonnage":{"type":"number","coffer:plain":true},\
            "name":{"type":"string","coffer:unique":true},"flags":{"type":["boolean","null"],\
            "coffer:plain":true},"log":{},"blob":{}}}
            """
        ),
        (
            "sailors",
            """
            {"type":"object","required":["id"],"coffer:subject":"id",\
            "coffer:check":[{"rule":"rank IS NULL OR rank >= 0","message":"rank is below 0"}],\
            "properties":{"id":{"type":"integer"},"rank":{"type":"number","coffer:index":true},\
            "letter":{"type":"string","coffer:personal":{"category":"content"}},\
            "home":{"type":"string","coffer:index":true,\
            "coffer:personal":{"category":"identity"}}}}
            """
        ),
        (
            "logs",
            """
            {"type":"object","coffer:subject":"who","properties":{"who":{"type":["integer","null"],\
            "coffer:references":"sailors","coffer:on-delete":"cascade"},\
            "ship":{"type":"string","coffer:references":"ships"},"text":{"type":"string"}}}
            """
        ),
    ]

    private static let sailors = #"""
        {"id":1,"rank":1.50,"letter":"A\u030angström \ud83d\ude00","home":"Åland","extra":{"b":[1,1.0,1e2,-0]}}
        {"id":2,"rank":12,"home":"A\u030aland","nick":null}
        {"id":3,"rank":1e400}
        {"id":9007199254740993,"rank":0.1,"letter":""}
        """#

    private static let ships = #"""
        {"id":"Ærø","captain":1,"tonnage":12,"name":"Æ","flags":true,"log":[[],{},""]}
        {"id":"b","captain":2,"tonnage":12.5,"name":"B\u0000\u001f\"\\/","flags":null,"sails":7}
        {"id":"c","captain":null,"tonnage":1E3,"log":null,"sails":"many"}
        {"id":"d","tonnage":-0.0,"flags":false,"log":"\#(String(repeating: "ahoy ", count: 3_000))"}
        """#

    private static let logs = #"""
        {"who":1,"ship":"b","text":"same"}
        {"who":1,"ship":"b","text":"same"}
        {"who":null,"ship":"c","text":"nobody's","mood":{"wind":1e-7}}
        {"who":3,"ship":"d"}
        """#

    /// A vault without collections; the password hash is the cheapest that a release takes.
    static func empty(_ scratch: Scratch) throws -> Vault {
        _ = try Vault.create(
            at: scratch.path + "/empty.coffer", password: Scratch.password(), options: options,
            in: scratch.surroundings)
        return try scratch.open("empty.coffer")
    }

    private static var options: Vault.CreateOptions {
        var options = Vault.CreateOptions()
        options.memory = 65_536
        options.passes = 3
        return options
    }

    /// Makes it; the password hash is the cheapest that a release takes.
    ///
    /// - Parameter keep: Is given the recovery key as text.
    static func make(
        _ scratch: Scratch, _ name: String = "full.coffer", template: String? = "club",
        keep: ([UInt8]) throws -> Void = { _ in }
    ) throws -> Vault {
        var options = options
        options.template = template
        let made = try Vault.create(
            at: scratch.path + "/" + name, password: Scratch.password(), options: options,
            in: scratch.surroundings)
        let vault = try Vault(at: made.path, in: scratch.surroundings)
        switch made.recoveryKey {
        case .some(let key):
            try vault.unlock(recoveryKey: key)
            try key.withBytes { bytes in try keep(bytes.indices.map { bytes[$0] }) }
        case .none: try vault.unlock(password: Scratch.password())
        }
        vault.countFailedUnlock()
        try vault.recordUnlock()
        try fill(vault, scratch)
        if template == "club" { try fillClub(vault, scratch) }
        try change(vault)
        if template == "club" { try changeClub(vault) }
        return vault
    }

    private static func fill(_ vault: Vault, _ scratch: Scratch) throws {
        _ = try vault.apply(schemas.map { SchemaSource(name: $0.0, json: Array($0.1.utf8)) })
        let files = try [
            scratch.write("in/sailors.ndjson", sailors), scratch.write("in/ships.ndjson", ships),
            scratch.write("in/logs.ndjson", logs),
            scratch.write("in/wares.csv", "sku,price,name\r\nx1,1.50,\"a \"\"b\"\"\"\r\ny2,,é\r\n"),
        ]
        _ = try vault.importFiles(ImportRequest(paths: files)) { _, _ in }
        // JSON has no bytes, so only a program can write them.
        try vault.records.write { writer in
            let plan = try writer.plan(named: "ships")
            _ = try writer.put(
                .object([
                    Value.Member("id", .text("e")), Value.Member("blob", .bytes([0, 255, 16])),
                ]), in: plan, existing: .fail)
        }
    }

    private static func fillClub(_ vault: Vault, _ scratch: Scratch) throws {
        var request = ImportRequest(paths: [
            try scratch.write("in/rumours.json", #"["gold",{"text":"a"},{"text":"a"}]"#)
        ])
        request.keepsGoing = true
        _ = try vault.importFiles(request) { _, _ in }
        _ = try vault.put(
            "members",
            ndjson: Array(
                """
                {"id":"m1","given_name":"Ida","joined_on":"2024-02-29","email":"ida@example.org",\
                "address":{"street":"Ring 1","town":"Ålborg"},"family_name":"Berg"}
                {"id":"m2","given_name":"Bo","joined_on":"2023-01-01","left_on":null}
                """.utf8))
        _ = try vault.add(
            "events",
            [
                .text(path: ["id"], "e1"), .text(path: ["title"], "Spring fair"),
                .text(path: ["starts_at"], "2026-04-01T10:00:00Z"),
            ])
        for (id, member) in [("a1", "m1"), ("a2", "m2")] {
            _ = try vault.add(
                "attendance",
                [
                    .text(path: ["id"], id), .text(path: ["event"], "e1"),
                    .text(path: ["member"], member), .text(path: ["status"], "coming"),
                ])
        }
    }

    private static func changeClub(_ vault: Vault) throws {
        _ = try vault.remove("members", ["m2"])
        _ = try vault.remove("events", ["e1"])
    }

    private static func change(_ vault: Vault) throws {
        _ = try vault.set("ships", "b", [.json(path: ["sails"], Array("8".utf8))])
        _ = try vault.set("ships", "b", [.text(path: ["log"], String(repeating: "x", count: 700))])
        // A property gets a field of its own, another an index, a third one both.
        _ = try vault.apply([
            SchemaSource(
                name: "ships",
                json: Array(
                    schemas[0].1.replacing(
                        #""log":{}"#,
                        with: #""log":{},"sails":{"type":["integer","string"]}"#
                    ).utf8)),
            SchemaSource(
                name: "logs",
                json: Array(
                    schemas[2].1.replacing(
                        #""text":{"type":"string"}"#,
                        with: #""text":{"type":"string","coffer:index":true}"#
                    ).utf8)),
            SchemaSource(
                name: "sailors",
                json: Array(
                    schemas[1].1.replacing(
                        #""home""#,
                        with: #""nick":{"type":["string","null"],"coffer:index":true},"home""#
                    ).utf8)),
        ])
        _ = try vault.remove("sailors", ["3"])
        _ = try vault.remove("sailors", ["2"])
        try vault.recordExport(of: ["ships"], count: 5)
    }
}

extension Vault {
    /// Every record of every collection, as one line of JSON each.
    func lines() throws -> [String: String] {
        var found: [String: String] = [:]
        for collection in try collections() {
            var text = ""
            try scan(collection.name) { document in
                text += document.fullJSON + "\n"
                return true
            }
            found[collection.name] = text
        }
        return found
    }
}
