import CofferFormat
import Testing

@testable import Coffer

/// What goes through the coder and back is what it was, and its form is the expected one.
@Suite struct CodingTests {
    private typealias Samples = CodingSamples

    @Test func randomValuesComeBackAsTheyWere() throws {
        var dice = CodingDice(seed: 1)
        var count = 0
        for _ in 0..<400 {
            let sheet = Samples.Sheet.random(&dice)
            let value = try ValueEncoder().encode(sheet)
            let back = try ValueDecoder().decode(Samples.Sheet.self, from: value)
            #expect(back == sheet)
            // Equal texts may differ in their bytes; the values tell.
            #expect(try ValueEncoder().encode(back) == value)
            // The form that is written into a vault says the same.
            let parsed = try JSON.parse(JSON.write(value))
            #expect(parsed == value)
            #expect(try ValueDecoder().decode(Samples.Sheet.self, from: parsed) == sheet)
            count += 1
        }
        #expect(count == 400)
    }

    @Test func integersOfEveryWidthAreExact() throws {
        #expect(
            try Samples.json([Int64.min, .max]) == "[-9223372036854775808,9223372036854775807]")
        #expect(try Samples.json(UInt64.max) == "18446744073709551615")
        #expect(try Samples.json([UInt64(Int64.max) + 1]) == "[9223372036854775808]")
        #expect(try Samples.json(UInt128.max) == "340282366920938463463374607431768211455")
        #expect(try Samples.json(Int128.min) == "-170141183460469231731687303715884105728")
        #expect(try ValueEncoder().encode(UInt64(7)) == .integer(7))
        #expect(try ValueEncoder().encode(UInt64.max) == .number("18446744073709551615"))
        #expect(try Samples.again(UInt64.max) == .max)
        #expect(try Samples.again(Int64.min) == .min)
        #expect(try Samples.again([UInt128.max, 0]) == [.max, 0])
        #expect(try Samples.again([Int128.min, .max]) == [.min, .max])
        #expect(try Samples.again([Int8.min, .max]) == [.min, .max])
        #expect(try Samples.again([UInt16.max]) == [.max])
    }

    @Test func integersAreReadHoweverTheyAreWritten() throws {
        let fives = ["5", "5.0", "5.00", "5e0", "0.5e1", "50E-1", "0.00005e+5", "500000e-5"]
        for five in fives {
            #expect(try Samples.read(Int.self, five) == 5, "\(five)")
            #expect(try Samples.read(UInt8.self, five) == 5, "\(five)")
        }
        #expect(try Samples.read([Int].self, "[-0,0e999999999999999999999,-0.0]") == [0, 0, 0])
        #expect(try Samples.read(UInt.self, "-0") == 0)
        #expect(try Samples.read(Int64.self, "-9223372036854775808.0") == .min)
        #expect(try Samples.read(UInt64.self, "1844674407370955161.5e1") == .max)
        #expect(try Samples.read(UInt128.self, "3.4e20") == 340_000_000_000_000_000_000)
        let refused = [
            "5.5", "1e-1", "1e19", "9223372036854775808", "-9223372036854775809", "1e999999999999",
            "1e-99999999999999999999", "1e99999999999999999999", "1e9223372036854775807",
            "10e9223372036854775807", "0.1e-9223372036854775808", "1e400", "-1e308",
        ]
        for literal in refused {
            #expect(throws: DecodingError.self, "\(literal)") {
                _ = try Samples.read(Int64.self, literal)
            }
        }
        #expect(throws: DecodingError.self) { _ = try Samples.read(UInt8.self, "256") }
        #expect(throws: DecodingError.self) { _ = try Samples.read(UInt8.self, "-1") }
        #expect(throws: DecodingError.self) {
            _ = try Samples.read(Int.self, "1" + String(repeating: "0", count: 100_000))
        }
    }

    @Test func doublesComeBackBitForBit() throws {
        var dice = CodingDice(seed: 2)
        for _ in 0..<5_000 {
            let double = dice.double()
            let value = try ValueEncoder().encode([double])
            #expect(
                try JSON.parse(JSON.write(value)) == value
                    && (try ValueDecoder().decode([Double].self, from: value))[0].bitPattern
                        == double.bitPattern
            )
            let float = dice.float()
            #expect(try Samples.again([float])[0].bitPattern == float.bitPattern)
        }
        #expect(try Samples.json([Float(0.1), .greatestFiniteMagnitude]) == "[0.1,3.4028235e+38]")
        #expect(try Samples.json([0.1, 1, -0.0]) == "[0.1,1.0,-0.0]")
        #expect(try Samples.read([Double].self, "[1.50,2,1e3,-0]") == [1.5, 2, 1_000, 0])
        #expect(try Samples.read(Float.self, "0.1") == 0.1)
        #expect(throws: DecodingError.self) { _ = try Samples.read(Double.self, "1e400") }
        #expect(throws: DecodingError.self) { _ = try Samples.read(Float.self, "1e39") }
    }

    @Test func refusesNumbersThatAreNotFinite() throws {
        for number in [Double.nan, .infinity, -.infinity] {
            let error = #expect(throws: EncodingError.self) {
                _ = try ValueEncoder().encode(["a": [1, number]])
            }
            guard case .invalidValue(let value, let context) = error else { continue }
            #expect((value as? Double)?.bitPattern == number.bitPattern)
            #expect(context.codingPath.map(\.stringValue) == ["a", "Index 1"])
            #expect(context.codingPath.last?.intValue == 1)
            #expect(context.debugDescription == "a number must be finite")
            #expect(throws: EncodingError.self) { _ = try ValueEncoder().encode(Float(number)) }
            #expect(throws: EncodingError.self) { _ = try ValueEncoder().encode(number) }
        }
    }

    @Test func optionalsAreLeftOutOrNull() throws {
        struct Pair: Codable, Equatable {
            var a: Int?
            var b: [Int?]
            var c: Int??
        }
        #expect(try Samples.json(Pair(a: nil, b: [nil, 1], c: nil)) == #"{"b":[null,1]}"#)
        #expect(try Samples.json(Int?.none) == "null")
        #expect(try Samples.read(Pair.self, #"{"a":null,"b":[null]}"#) == Pair(a: nil, b: [nil]))
        #expect(try Samples.again([String?.none, "x"]) == [nil, "x"])
        #expect(try Samples.again(Int?.none) == nil)
    }

    @Test func enumsAndDictionariesHaveTheirUsualForms() throws {
        let deeds: [Samples.Deed] = [.rest, .walk(steps: 2, to: nil), .say("x", .calm)]
        #expect(
            try Samples.json(deeds)
                == #"[{"rest":{}},{"walk":{"steps":2}},{"say":{"_0":"x","_1":"calm"}}]"#)
        #expect(try Samples.again(deeds) == deeds)
        #expect(try Samples.json([2: "b", 10: "a"]) == #"{"10":"a","2":"b"}"#)
        #expect(try Samples.json([[2]: "b", [1]: "a"]) == #"[[1],"a",[2],"b"]"#)
        #expect(try Samples.json([Samples.Mood.calm]) == #"["calm"]"#)
        #expect(try Samples.read([UInt8].self, "[1,255]") == [1, 255])
        #expect(throws: DecodingError.self) { _ = try Samples.read([UInt8].self, "[1,256]") }
        #expect(try ValueDecoder().decode([UInt8].self, from: .bytes([0, 255])) == [0, 255])
        #expect(try ValueDecoder().decode([Int].self, from: .bytes([0, 255])) == [0, 255])
    }

    @Test func whatIsEqualIsEncodedTheSame() throws {
        let names = (0..<200).map { "name \($0)" }
        let forms = try (0..<20).map { turn in
            let turned = Array(names[(turn * 10)...] + names[..<(turn * 10)])
            // A dictionary that was larger once keeps its elements in another order.
            var large = Dictionary(uniqueKeysWithValues: turned.map { ($0, $0.count) })
            large.reserveCapacity(1_000 * (turn + 1))
            var set = Set(turned)
            set.reserveCapacity(500 * (turn + 1))
            return try Samples.json([large]) + Samples.json(["set": set])
        }
        #expect(Set(forms).count == 1)
    }

    @Test func classesKeepTheirSuperclassesPart() throws {
        let dog = Samples.Dog(name: "Rex", legs: 4)
        #expect(try Samples.json(dog) == #"{"super":{"name":"Rex"},"legs":4}"#)
        let again = try Samples.again(dog)
        #expect(again.name == "Rex" && again.legs == 4)
        let error = #expect(throws: DecodingError.self) {
            _ = try Samples.read(Samples.Dog.self, #"{"legs":4}"#)
        }
        guard case .keyNotFound(let key, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(key.stringValue == "super")
    }
}
