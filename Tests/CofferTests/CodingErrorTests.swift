import CofferFormat
import Glibc
import Testing

@testable import Coffer

/// What does not fit is refused with its place, and nothing that a value holds ends a program.
@Suite struct CodingErrorTests {
    private typealias Samples = CodingSamples

    private struct Npc: Codable, Equatable {
        var name: String
        var stats: [Stats]
        var mood: Samples.Mood?

        struct Stats: Codable, Equatable { var hp: Int }
    }

    private func refusal(_ json: String) -> (kind: String, path: String, words: String)? {
        let kind: String
        let path: [any CodingKey]
        let words: String
        do {
            _ = try Samples.read(Npc.self, json)
            return nil
        } catch DecodingError.keyNotFound(let key, let context) {
            (kind, path) = ("key", context.codingPath + [key])
            words = context.debugDescription
        } catch DecodingError.valueNotFound(_, let context) {
            (kind, path, words) = ("value", context.codingPath, context.debugDescription)
        } catch DecodingError.typeMismatch(_, let context) {
            (kind, path, words) = ("type", context.codingPath, context.debugDescription)
        } catch DecodingError.dataCorrupted(let context) {
            (kind, path, words) = ("data", context.codingPath, context.debugDescription)
        } catch { return ("\(error)", "", "") }
        return (kind, path.map(\.stringValue).joined(separator: "."), words)
    }

    @Test(arguments: [
        (#"{"stats":[]}"#, "key name there is no such member"),
        (#"{"name":5,"stats":[]}"#, "type name there is a number"),
        (#"{"name":null,"stats":[]}"#, "value name there is null"),
        (#"{"name":"x","stats":{}}"#, "type stats there is an object"),
        (#"{"name":"x","stats":[{"hp":1},{"hp":"2"}]}"#, "type stats.Index 1.hp there is text"),
        (#"{"name":"x","stats":[{"hp":true}]}"#, "type stats.Index 0.hp there is a boolean"),
        (#"{"name":"x","stats":[{"hp":[]}]}"#, "type stats.Index 0.hp there is an array"),
        (#"{"name":"x","stats":[7]}"#, "type stats.Index 0 there is a number"),
        (#"{"name":"x","stats":[null]}"#, "value stats.Index 0 there is null"),
        (#"{"name":"x","stats":[{}]}"#, "key stats.Index 0.hp there is no such member"),
        (
            #"{"name":"x","stats":[{"hp":1.5}]}"#,
            "data stats.Index 0.hp the number does not fit into Int"
        ),
        (#"["x"]"#, "type  there is an array"),
    ])
    func saysWhatIsWrongAndWhere(json: String, wanted: String) throws {
        let refusal = try #require(self.refusal(json))
        #expect("\(refusal.kind) \(refusal.path) \(refusal.words)" == wanted)
    }

    @Test func passesOverWhatNobodyAsksFor() throws {
        let npc = try Samples.read(
            Npc.self, #"{"x":[[[]]],"name":"n","stats":[{"mp":1,"hp":2,"xp":{}}],"y":null}"#)
        #expect(npc == Npc(name: "n", stats: [Npc.Stats(hp: 2)], mood: nil))
    }

    @Test func theVaultsErrorTellsThePlaceAndNeverTheValue() throws {
        let secret = "hunter2"
        for json in [
            #"{"name":["hunter2"],"stats":[]}"#, #"{"name":"x","stats":[],"mood":"hunter2"}"#,
            #"{"name":"x","stats":"hunter2"}"#, #"{"name":"x","stats":[{"hp":"hunter2"}]}"#,
        ] {
            do {
                _ = try Samples.read(Npc.self, json)
                Issue.record("\(json) was read")
            } catch {
                let shown = try #require(VaultError.coding(error, in: "npcs") as? VaultError)
                #expect(shown.code == .invalid)
                #expect(shown.message.hasPrefix("npcs: /"))
                #expect(!shown.message.contains(secret))
            }
        }
        do { _ = try ValueEncoder().encode(["a": [Double.nan]]) } catch {
            let shown = VaultError.coding(error, in: "npcs") as? VaultError
            #expect(shown?.message == "npcs: /a/0 cannot be written")
        }
        #expect(VaultError.coding(CancellationError(), in: "npcs") is CancellationError)
    }

    private func chain(_ links: Int) -> Samples.Chain {
        (0..<links).reduce(.end) { chain, _ in .link(chain) }
    }

    @Test func endsAtTheDepthLimitBothWays() throws {
        // Each link is an object in an object, and so is the end.
        let deepest = (ValueEncoder.depthLimit - 2) / 2
        let value = try ValueEncoder().encode(chain(deepest))
        _ = try ValueDecoder().decode(Samples.Chain.self, from: value)
        #expect(throws: EncodingError.self) { _ = try ValueEncoder().encode(chain(deepest + 1)) }
        var nested = Value.object([Value.Member("end", .object([]))])
        for _ in 0...deepest {
            nested = .object([
                Value.Member("link", .object([Value.Member("_0", nested)]))
            ])
        }
        let error = #expect(throws: DecodingError.self) {
            _ = try ValueDecoder().decode(Samples.Chain.self, from: nested)
        }
        guard case .dataCorrupted(let context) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.codingPath.count == ValueDecoder.depthLimit)
        #expect(context.debugDescription == "it nests more than 64 levels deep")
    }

    /// Nests deeper than any stack; freed from the outside in, for Swift would go inside by recursion.
    private func withHostile(
        _ levels: Int, _ wrap: (Value) -> Value, _ unwrap: (Value) -> Value?,
        _ body: (Value) throws -> Void
    ) rethrows {
        var value = Value.array([])
        for _ in 0..<levels { value = wrap(value) }
        defer { while let inner = unwrap(value) { value = inner } }
        try body(value)
    }

    private struct Lists: Decodable {
        let inner: [Lists]

        init(from decoder: any Decoder) throws {
            inner = try decoder.singleValueContainer().decode([Lists].self)
        }
    }

    private struct Links: Decodable {
        final class Box: Decodable {
            let a: Links?
        }
        let a: Box?
    }

    @Test func survivesAHundredThousandLevels() throws {
        struct Nothing: Codable {}
        struct Beside: Codable { var b: Int? }
        withHostile(100_000, { .array([$0]) }) { value in
            if case .array(let elements) = value { elements.first } else { nil }
        } _: { value in
            #expect(throws: DecodingError.self) {
                _ = try ValueDecoder().decode(Lists.self, from: value)
            }
            #expect(throws: DecodingError.self) {
                _ = try ValueDecoder().decode(String.self, from: value)
            }
            #expect(throws: DecodingError.self) {
                _ = try ValueDecoder().decode([UInt8].self, from: value)
            }
            #expect(throws: DecodingError.self) {
                _ = try ValueDecoder().decode(Nothing.self, from: .array([value]))
                _ = try ValueDecoder().decode([Int].self, from: .array([value]))
            }
        }
        try withHostile(100_000, { .object([Value.Member("a", $0)]) }) { value in
            if case .object(let members) = value { members.first?.value } else { nil }
        } _: { value in
            #expect(throws: DecodingError.self) {
                _ = try ValueDecoder().decode(Links.self, from: value)
            }
            _ = try ValueDecoder().decode(Nothing.self, from: value)
            #expect(try ValueDecoder().decode(Beside.self, from: value).b == nil)
        }
    }

    /// Hands itself on for ever, without going deeper.
    private struct Endless: Codable {
        init() {}
        init(from decoder: any Decoder) throws {
            self = try decoder.singleValueContainer().decode(Endless.self)
        }
        func encode(to encoder: any Encoder) throws {
            var single = encoder.singleValueContainer()
            try single.encode(self)
        }
    }

    /// Opens one container in another without anything that could be refused.
    private struct Shaft: Encodable {
        func encode(to encoder: any Encoder) throws {
            var list = encoder.unkeyedContainer()
            var object = list.nestedContainer(keyedBy: ValueKey.self)
            for turn in 0..<100_000 {
                if turn % 3 == 0 {
                    let inner = object.superEncoder()
                    list = inner.unkeyedContainer()
                } else {
                    list = list.nestedUnkeyedContainer()
                }
                object = list.nestedContainer(keyedBy: ValueKey.self)
            }
        }
    }

    @Test func endsWhatWouldNeverEnd() {
        #expect(throws: EncodingError.self) { _ = try ValueEncoder().encode(Endless()) }
        #expect(throws: DecodingError.self) {
            _ = try ValueDecoder().decode(Endless.self, from: .null)
        }
        #expect(throws: EncodingError.self) { _ = try ValueEncoder().encode([Shaft()]) }
        // A chain that is freed by recursion too, so of a length that Swift can free.
        #expect(throws: EncodingError.self) { _ = try ValueEncoder().encode(chain(5_000)) }
    }

    @Test func readsALargeObjectInOneGo() throws {
        let members = (0..<50_000).map { Value.Member("name \($0)", .integer(Int64($0))) }
        let value = Value.object(members)
        let start = clock()
        let found = try ValueDecoder().decode([String: Int].self, from: value)
        #expect(found.count == 50_000)
        #expect(try ValueEncoder().encode(found)["name 777"] == .integer(777))
        // Looking through all of them for each would take minutes.
        #expect(Double(clock() - start) / Double(CLOCKS_PER_SEC) < 20)
    }
}
