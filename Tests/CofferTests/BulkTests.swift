import CofferFormat
import Testing

@testable import Coffer

/// Many records in one call, of which a second thread seals most.
@Suite struct BulkTests {
    private static let schema = """
        {"required":["id"],"properties":{"id":{"type":"string"},"n":{"type":"integer"},
         "code":{"type":"string","coffer:unique":true,"coffer:index":true},
         "owner":{"type":"string","coffer:references":"things"},"notes":{"type":"string"}}}
        """

    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func vault(_ name: String = "test.coffer") throws -> Vault {
        let vault = try scratch.vault(name)
        _ = try vault.apply([SchemaSource(name: "things", json: Array(Self.schema.utf8))])
        return vault
    }

    private func line(_ number: Int, _ more: String = "") -> String {
        #"{"id":"t\#(number)","n":\#(number),"code":"c\#(number)""#
            + #","notes":"\#(String(repeating: "y", count: number % 700))"\#(more)}"#
    }

    private func put(_ lines: [String], _ vault: Vault) throws -> [Vault.Written] {
        try vault.put("things", ndjson: Array(lines.joined(separator: "\n").utf8))
    }

    private func all(_ vault: Vault) throws -> [String] {
        var all: [String] = []
        try vault.scan("things") { document in
            all.append("\(document.version) \(document.json)")
            return true
        }
        return all
    }

    @Test(arguments: [1, 2, 31, 32, 33, 287, 288, 289, 1_500])
    func writesWhatOneCallEachWrites(_ count: Int) throws {
        let vault = try vault()
        let lines = (0..<count).map { line($0, $0 > 0 ? #","owner":"t\#($0 / 2)""# : "") }
        let written = try put(lines, vault)
        #expect(written.count == count)
        #expect(written.allSatisfy { $0.isNew && $0.isChanged && $0.version == 1 })
        let stored = try all(vault)
        #expect(stored.count == count)
        for number in stride(from: 0, to: count, by: 97) {
            let document = try vault.get("things", "t\(number)")
            #expect(document.id == written[number].id)
            #expect(document.fieldJSON("n") == "\(number)")
        }
        var numbers: [UInt64] = []
        try vault.changes(since: 0) { change in
            numbers.append(change.number)
            return true
        }
        #expect(numbers.count == count && numbers == numbers.sorted())
        #expect(try vault.check().isSound)
    }

    @Test func aRecordThatComesAgainIsWrittenOver() throws {
        let vault = try vault()
        var lines = (0..<600).map { line($0) }
        // Again at once, in the same chunk, in a later one, unchanged, and twice more.
        lines.insert(#"{"id":"t3","n":-1,"code":"c3"}"#, at: 4)
        lines.insert(line(100), at: 102)
        lines.append(#"{"id":"t5","n":-2,"code":"c5"}"#)
        lines += [line(600), #"{"id":"t600","n":-3}"#, #"{"id":"t600","n":-4}"#]
        let written = try put(lines, vault)
        #expect(written.map(\.isNew).count { $0 } == 601)
        #expect(written[4].version == 2 && !written[4].isNew)
        #expect(written[102].version == 1 && !written[102].isChanged)
        #expect(try vault.get("things", "t3").fieldJSON("n") == "-1")
        #expect(try vault.get("things", "t5").fieldJSON("n") == "-2")
        #expect(try vault.get("things", "t600").fieldJSON("n") == "-4")
        #expect(try vault.get("things", "t600").version == 3)
        #expect(try vault.history("things", "t600").count == 3)
        #expect(try vault.check().isSound)
    }

    @Test func whatIsThereIsWrittenOverOrLeft() throws {
        let vault = try vault()
        _ = try put((0..<400).map { line($0) }, vault)
        let lines = (200..<900).map { $0 % 3 == 0 ? line($0) : #"{"id":"t\#($0)","n":0}"# }
        let written = try put(lines, vault)
        for (index, number) in (200..<900).enumerated() {
            #expect(written[index].isNew == (number >= 400))
            #expect(written[index].isChanged == (number >= 400 || number % 3 != 0))
        }
        #expect(try all(vault).count == 900)
        #expect(try vault.check().isSound)
    }

    @Test func aRecordThatWasRemovedGoesOnFromItsVersions() throws {
        let vault = try vault()
        _ = try put((0..<100).map { line($0) }, vault)
        _ = try vault.remove("things", ["t50", "t60"])
        let written = try put((40..<140).map { line($0) }, vault)
        for (index, number) in (40..<140).enumerated() {
            let isBack = number == 50 || number == 60
            #expect(written[index].version == (isBack ? 3 : 1), "\(number)")
        }
        #expect(try vault.get("things", "t60").version == 3)
    }

    @Test(arguments: [0, 40, 300, 899])
    func aWrongLineIsNamedAndNothingIsWritten(_ place: Int) throws {
        let vault = try vault()
        let wrong = [
            (#"{"id":5}"#, VaultError.Code.invalid), ("{", .invalid),
            (#"{"id":"twice","code":"c\#(place == 0 ? 1 : 0)"}"#, .notUnique),
        ]
        for (text, code) in wrong {
            var lines = (0..<900).map { line($0) }
            lines[place] = text
            let error = #expect(throws: VaultError.self) { _ = try put(lines, vault) }
            #expect(error?.code == code, "\(text)")
            // The first of two equal values is as wrong as the second.
            let isNamed = error?.message.hasPrefix("line \(place + 1): ") ?? false
            #expect(isNamed || code == .notUnique && place == 0, "\(error?.message ?? "")")
            #expect(try all(vault).isEmpty)
        }
        _ = try put((0..<900).map { line($0) }, vault)
        #expect(try vault.check().isSound)
    }

    @Test func whatIsReadAfterAFailureFitsTogether() throws {
        let vault = try vault()
        var lines = (0..<700).map { line($0) }
        lines[400] = #"{"id":"twice","code":"c7"}"#
        _ = #expect(throws: VaultError.self) {
            try vault.write { transaction in
                _ = try? transaction.put(
                    "things", ndjson: Array(lines.joined(separator: "\n").utf8))
                var count = 0
                try transaction.scan("things") { _ in
                    count += 1
                    return true
                }
                #expect(count == 400)
                #expect(try transaction.count("things") == 400)
            }
        }
        #expect(try all(vault).isEmpty)
    }

    @Test func aReferenceThatLeadsNowhereRefusesAll() throws {
        let vault = try vault()
        let lines = (0..<500).map { line($0, #","owner":"t\#($0 == 250 ? 9_999 : 499 - $0)""#) }
        let error = #expect(throws: VaultError.self) { _ = try put(lines, vault) }
        #expect(error?.code == .brokenReference)
        #expect(try all(vault).isEmpty)
    }
}
