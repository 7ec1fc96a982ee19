import CofferFormat
import Foundation
import Testing

@testable import Coffer

/// The coder says what Foundation's JSON coders say.
@Suite struct CodingFoundationTests {
    private typealias Samples = CodingSamples

    /// A value with members sorted and numbers by their value.
    private func plain(_ value: Value) -> Value {
        switch value {
        case .array(let elements): .array(elements.map(plain))
        case .object(let members):
            .object(
                members.map { Value.Member($0.name, plain($0.value)) }
                    .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
        case .double(let double):
            Int64(exactly: double).map { .integer($0) } ?? .double(double)
        case .number(let literal):
            // JSONEncoder writes some numbers otherwise: 1e+23, 5e-324, and -0 for -0.0.
            literal != "-0" && literal.dropFirst().allSatisfy(\.isNumber)
                ? value : plain(.double(Double(literal) ?? .nan))
        default: value
        }
    }

    private func foundation(_ content: some Encodable) throws -> Value {
        try JSON.parse(Array(try JSONEncoder().encode(content)))
    }

    private func sameJSON(_ content: some Encodable) throws -> Bool {
        let (ours, theirs) = (try ValueEncoder().encode(content), try foundation(content))
        guard plain(ours) != plain(theirs) else { return true }
        print("ours", Samples.text(ours), "theirs", Samples.text(theirs))
        return false
    }

    @Test func encodesAndDecodesWhatJSONEncoderDoes() throws {
        var dice = CodingDice(seed: 21)
        var count = 0
        for _ in 0..<200 {
            var sheet = Samples.Sheet.random(&dice)
            // Foundation's order of more would be another one each time.
            sheet.tags = Set(sheet.tags.prefix(1))
            sheet.odd = Dictionary(uniqueKeysWithValues: sheet.odd.prefix(1).map { ($0, $1) })
            #expect(try sameJSON(sheet))
            let ours = Data(JSON.write(try ValueEncoder().encode(sheet)))
            #expect(try JSONDecoder().decode(Samples.Sheet.self, from: ours) == sheet)
            let theirs = try foundation(sheet)
            #expect(try ValueDecoder().decode(Samples.Sheet.self, from: theirs) == sheet)
            count += 1
        }
        #expect(count == 200)
    }

    @Test func theStandardLibrarysTypesHaveTheSameForm() throws {
        #expect(try sameJSON([Int?.none, 1]))
        #expect(try sameJSON(["a": Int?.none, "b": 2]))
        #expect(try sameJSON([Float(0.1), 1e-30, .greatestFiniteMagnitude, 16_777_216]))
        #expect(try sameJSON([Float16(0.1)]))
        #expect(try sameJSON([1...3]))
        #expect(try sameJSON([1..<3]))
        #expect(try sameJSON(ContiguousArray([1, 2])))
        #expect(try sameJSON([Samples.Mood.calm: 1]))
        #expect(try sameJSON([UInt8: String]()))
        #expect(try sameJSON([3: "x", -4: "y"]))
        #expect(try sameJSON(Samples.Dog(name: "Rex", legs: 4)))
        #expect(try sameJSON(Date(timeIntervalSince1970: 1_000.25)))
        #expect(try sameJSON([UUID()]))
        #expect(try sameJSON([Duration.seconds(90)]))
        let date = Date(timeIntervalSinceReferenceDate: 0.1)
        #expect(try Samples.again([date]) == [date])
        let address = try #require(URL(string: "https://example.org/a?b#c"))
        #expect(try Samples.again([address]) == [address])
        #expect(try Samples.again([Data([0, 255])]) == [Data([0, 255])])
        let decimal = try #require(Decimal(string: "1.50"))
        #expect(try Samples.again([decimal]) == [decimal])
    }

    private struct Npc: Codable {
        var name: String
        var stats: [Stats]
        var mood: Samples.Mood?
        var deed: Samples.Deed?
        var byName: [String: UInt8]?
        var size: Float?

        struct Stats: Codable { var hp: Int }
    }

    /// The kind of an error and its place.
    private func refusal(_ body: () throws -> Void) -> String {
        do { try body() } catch let error as DecodingError {
            let (kind, context): (String, DecodingError.Context) =
                switch error {
                case .keyNotFound(let key, let context): ("key \(key.stringValue)", context)
                case .typeMismatch(_, let context): ("type", context)
                case .valueNotFound(_, let context): ("value", context)
                case .dataCorrupted(let context): ("data", context)
                @unknown default: ("?", DecodingError.Context(codingPath: [], debugDescription: ""))
                }
            return kind + " at " + context.codingPath.map(\.stringValue).joined(separator: ".")
        } catch { return "\(error)" }
        return "none"
    }

    @Test(arguments: [
        #"{"name":"x","stats":[]}"#, #"{"stats":[]}"#, #"{"name":5,"stats":[]}"#,
        #"{"name":null,"stats":[]}"#, #"{"name":"x","stats":{}}"#, #"{"name":"x","stats":[7]}"#,
        #"{"name":"x","stats":[null]}"#, #"{"name":"x","stats":[{}]}"#,
        #"{"name":"x","stats":[{"hp":1},{"hp":"2"}]}"#, #"{"name":"x","stats":[{"hp":true}]}"#,
        #"{"name":"x","stats":[{"hp":[]}]}"#, #"{"name":"x","stats":[{"hp":1.5}]}"#,
        #"{"name":"x","stats":[{"hp":1e400}]}"#, #"{"name":"x","stats":[{"hp":5.0}]}"#,
        #"{"name":"x","stats":[{"hp":99999999999999999999}]}"#,
        #"{"name":"x","stats":[{"hp":5e0}],"size":1e30}"#, #"{"name":"x","stats":[],"size":1e39}"#,
        #"{"name":"x","stats":[],"mood":"gone"}"#, #"{"name":"x","stats":[],"mood":null}"#,
        #"{"name":"x","stats":[],"mood":1}"#, #"{"name":"x","stats":[],"deed":{}}"#,
        #"{"name":"x","stats":[],"deed":{"walk":{}}}"#,
        #"{"name":"x","stats":[],"deed":{"fly":{}}}"#,
        #"{"name":"x","stats":[],"deed":{"walk":{"steps":1},"rest":{}}}"#,
        #"{"name":"x","stats":[],"byName":{"a":1,"b":256}}"#,
        #"{"name":"x","stats":[],"byName":{"a":-1}}"#, #"{"name":"x","stats":[],"byName":[]}"#,
        #"["x"]"#, #""x""#, "null", "7",
    ])
    func refusesWhatJSONDecoderRefuses(json: String) {
        let ours = refusal { _ = try Samples.read(Npc.self, json) }
        let theirs = refusal { _ = try JSONDecoder().decode(Npc.self, from: Data(json.utf8)) }
        // Of a number out of range, Foundation does not say where it stands.
        let isSame = theirs == "data at " ? ours.hasPrefix("data at ") : ours == theirs
        #expect(isSame, "\(json): \(ours), and not \(theirs)")
    }

    @Test func predicatesHaveTheirModulesNameBesideFoundation() throws {
        let predicate: Coffer.Predicate = Field<Date>("at") == Date() || Field<UUID>("id") == UUID()
        #expect("\(predicate)".contains("real") && "\(predicate)".contains("text"))
    }
}

extension CodingSamples {
    fileprivate static func text(_ value: Value) -> String {
        String(decoding: JSON.write(value), as: UTF8.self)
    }
}
