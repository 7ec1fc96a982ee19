import Testing

@testable import Coffer

/// Records that are kept opened for the next look-up.
@Suite struct CacheTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func vault(_ count: Int = 100) throws -> Vault {
        let vault = try scratch.vault()
        let schema = #"{"required":["id"],"properties":{"id":{"type":"string"},"n":{}}}"#
        _ = try vault.apply([SchemaSource(name: "things", json: Array(schema.utf8))])
        try put((0..<count).map { ($0, "\($0)") }, vault)
        return vault
    }

    private func put(_ records: [(Int, String)], _ vault: Vault) throws {
        let lines = records.map { #"{"id":"t\#($0.0)","n":\#($0.1),"more":[1,{"a":null}]}"# }
        _ = try vault.put("things", ndjson: Array(lines.joined(separator: "\n").utf8))
    }

    private func number(_ record: Int, _ vault: Vault) throws -> String? {
        try vault.get("things", "t\(record)").fieldJSON("n")
    }

    @Test func aRecordIsGivenAgainAsItWas() throws {
        let vault = try vault()
        let first = try vault.get("things", "t7")
        #expect(vault.statistics.cacheHits == 0 && vault.statistics.cacheMisses <= 1)
        let second = try vault.get("things", "t7")
        let third = try vault.get("things", first.id)
        let fourth = try vault.get("things", first.id)
        #expect(vault.statistics.cacheHits >= 1)
        for again in [second, third, fourth] {
            #expect(again.fullJSON == first.fullJSON)
        }
        #expect(vault.statistics.cachedRecords == 1)
        #expect(vault.statistics.cachedBytes > 0)
        vault.lock()
        #expect(vault.statistics.cachedRecords == 0 && vault.statistics.cachedBytes == 0)
        let error = #expect(throws: VaultError.self) { _ = try vault.get("things", "t7") }
        #expect(error?.code == .locked)
    }

    @Test func aChangeIsSeenWhoeverMadeIt() throws {
        let vault = try vault()
        let other = try scratch.open()
        for writer in [vault, other] {
            for round in 0..<3 {
                for record in 0..<10 { _ = try number(record, vault) }
                try put([(3, "\"\(round)\""), (500 + round, "1")], writer)
                #expect(try number(3, vault) == "\"\(round)\"")
                #expect(try number(4, vault) == "4")
            }
        }
        _ = try other.remove("things", ["t5"])
        let gone = #expect(throws: VaultError.self) { _ = try vault.get("things", "t5") }
        #expect(gone?.code == .noRecord)
        _ = try other.undo()
        #expect(try number(5, vault) == "5")
        // More changes at once than are looked at one by one.
        try put((0..<1_200).map { ($0, "-1") }, other)
        for record in 0..<10 { #expect(try number(record, vault) == "-1") }
    }

    @Test func aChangeIsSeenAlthoughSomethingElseWasReadInBetween() throws {
        let vault = try vault()
        let other = try scratch.open()
        var value = 1_000
        for writer in [vault, other] {
            for reading in ["scan", "get", "transaction", "count"] {
                _ = try number(3, vault)
                #expect(vault.statistics.cachedRecords > 0)
                value += 1
                try put([(3, "\(value)")], writer)
                switch reading {
                case "scan": try vault.scan("things") { _ in true }
                case "get": _ = try number(value % 100 + 1, vault)
                case "transaction": _ = try vault.read { try $0.get("things", "t9").json }
                default: try vault.query("SELECT count(*) FROM things") { _ in true }
                }
                #expect(try number(3, vault) == "\(value)", "\(reading)")
            }
        }
        _ = try other.remove("things", ["t3"])
        try vault.scan("things") { _ in true }
        let gone = #expect(throws: VaultError.self) { _ = try vault.get("things", "t3") }
        #expect(gone?.code == .noRecord)
    }

    @Test func aSchemaThatMovesAFieldIsSeen() throws {
        let vault = try vault()
        let before = try vault.get("things", "t1")
        _ = try vault.get("things", "t1")
        let schema = #"{"required":["id"],"properties":{"id":{"type":"string"},"n":{},"more":{}}}"#
        let other = try scratch.open()
        _ = try other.apply([SchemaSource(name: "things", json: Array(schema.utf8))])
        #expect(try vault.get("things", "t1").json == before.json)
        #expect(try vault.get("things", "t1").json == before.json)
    }

    @Test func aNameLeadsToTheSameRecordAsEverywhereElse() throws {
        let vault = try scratch.vault()
        let other = try scratch.open()
        let file = try scratch.write("things.json", #"[{"id":1},{"id":"x"}]"#)
        _ = try vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        func put(_ key: String, _ vault: Vault) throws {
            _ = try vault.put("things", ndjson: Array(#"{"id":\#(key)}"#.utf8))
        }
        func same(_ name: String) throws -> String {
            let within = try vault.read { try $0.get("things", name).json }
            for _ in 0..<2 { #expect(try vault.get("things", name).json == within) }
            return within
        }
        for (round, writer) in [vault, other].enumerated() {
            let key = "5\(round)"
            try put(key, writer)
            #expect(try same(key) == #"{"id":\#(key)}"#)
            let id = try vault.get("things", key).id
            #expect(try same(id) == #"{"id":\#(key)}"#)
            // Its first name still leads to it, and now there is a second record of that name.
            try put("\"\(key)\"", writer)
            #expect(try same(key) == #"{"id":"\#(key)"}"#)
            try put("\"\(id)\"", writer)
            #expect(try same(id) == #"{"id":"\#(id)"}"#)
            _ = try writer.remove("things", [key, id])
            #expect(try same(key) == #"{"id":\#(key)}"#)
            #expect(try same(id) == #"{"id":\#(key)}"#)
        }
    }

    @Test func aNumberAsKeyIsFoundAgainWithoutOpeningIt() throws {
        let vault = try scratch.vault()
        let schema = #"{"required":["id"],"properties":{"id":{"type":"integer"}}}"#
        _ = try vault.apply([SchemaSource(name: "things", json: Array(schema.utf8))])
        _ = try vault.put("things", ndjson: Array("{\"id\":7}\n{\"id\":8}".utf8))
        _ = try vault.get("things", "7")
        _ = try vault.put("things", ndjson: Array("{\"id\":9}".utf8))
        _ = try vault.get("things", "7")
        #expect(vault.statistics.cacheHits == 1 && vault.statistics.cacheMisses == 1)
    }

    @Test func statisticsCountSinceTheVaultWasOpened() throws {
        let vault = try vault()
        for _ in 0..<3 { _ = try number(1, vault) }
        let before = vault.statistics
        #expect(before.cacheHits > 0 && before.cacheMisses > 0)
        vault.limitCache(to: 1 << 20)
        #expect(vault.statistics.cacheHits == before.cacheHits)
        #expect(vault.statistics.cacheMisses == before.cacheMisses)
        #expect(vault.statistics.cachedRecords == 0 && vault.statistics.cachedBytes == 0)
        _ = try number(1, vault)
        #expect(vault.statistics.cacheMisses == before.cacheMisses + 1)
    }

    @Test func itStaysWithinItsBoundAndKeepsWhatIsUsed() throws {
        let vault = try vault(400)
        let limit = 40_000
        vault.limitCache(to: limit)
        for record in 0..<400 {
            _ = try number(record, vault)
            // One that is asked for all the time is never let go.
            _ = try number(0, vault)
            #expect(vault.statistics.cachedBytes <= limit)
        }
        let kept = vault.statistics.cachedRecords
        #expect(kept > 10 && kept < 400)
        let hits = vault.statistics.cacheHits
        #expect(hits >= 398)
        for record in stride(from: 399, to: 390, by: -1) { _ = try number(record, vault) }
        #expect(vault.statistics.cacheHits == hits + 9)
        let misses = vault.statistics.cacheMisses
        _ = try number(1, vault)
        #expect(vault.statistics.cacheMisses == misses + 1)
        vault.limitCache(to: 0)
        for _ in 0..<3 { #expect(try number(9, vault) == "9") }
        #expect(vault.statistics.cachedRecords == 0)
    }

    @Test func mostReadsOfAZipfMixAreThere() throws {
        let vault = try vault(2_000)
        var state: UInt64 = 88_172_645_463_325_252
        var sums: [Double] = []
        for rank in 1...2_000 { sums.append((sums.last ?? 0) + 1 / Double(rank)) }
        for _ in 0..<20_000 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            let point = Double(state >> 11) / Double(1 << 53) * (sums.last ?? 1)
            let record = sums.firstIndex { $0 >= point } ?? 0
            #expect(try number(record, vault) == "\(record)")
        }
        #expect((vault.statistics.hitRate ?? 0) > 0.85)
    }

    @Test func readingsOfManyGoPastIt() throws {
        let vault = try vault()
        _ = try number(1, vault)
        let before = vault.statistics
        try vault.scan("things") { _ in true }
        try vault.query("SELECT * FROM things") { _ in true }
        _ = try vault.list("things", ListRequest()) { _ in true }
        #expect(vault.statistics == before)
    }
}
