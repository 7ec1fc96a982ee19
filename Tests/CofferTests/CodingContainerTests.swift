import CofferFormat
import Testing

@testable import Coffer

/// What types do that code themselves: nested containers, super coders, odd requests.
@Suite struct CodingContainerTests {
    private typealias Samples = CodingSamples

    private enum Key: String, CodingKey { case a, b, c, d }

    /// Encodes by a closure.
    private struct ByHand: Encodable {
        let body: (any Encoder) throws -> Void

        func encode(to encoder: any Encoder) throws { try body(encoder) }
    }

    private func json(_ body: @escaping (any Encoder) throws -> Void) throws -> String {
        try Samples.json(ByHand(body: body))
    }

    /// Decodes by a closure that comes with the decoder.
    private struct Reader: Decodable {
        static let key = CodingUserInfoKey(rawValue: "body")

        init(from decoder: any Decoder) throws {
            let body = Self.key.flatMap { decoder.userInfo[$0] }
            try (body as? @Sendable (any Decoder) throws -> Void)?(decoder)
        }
    }

    private func read(
        _ json: String, _ body: @escaping @Sendable (any Decoder) throws -> Void
    ) throws {
        var decoder = ValueDecoder()
        let key = try #require(Reader.key)
        decoder.userInfo[key] = body
        _ = try decoder.decode(Reader.self, from: try JSON.parse(Array(json.utf8)))
    }

    @Test func nestedContainersAreWrittenInTurn() throws {
        let text = try json { encoder in
            var top = encoder.container(keyedBy: Key.self)
            var list = top.nestedUnkeyedContainer(forKey: .a)
            var inner = top.nestedContainer(keyedBy: Key.self, forKey: .b)
            try list.encode(1)
            try inner.encode("x", forKey: .c)
            var deep = list.nestedContainer(keyedBy: Key.self)
            try list.encodeNil()
            var deeper = list.nestedUnkeyedContainer()
            try deep.encode(true, forKey: .d)
            try deeper.encode(2.5)
            try list.encode(Float(0.1))
            #expect(list.count == 5)
            #expect(deeper.codingPath.map(\.stringValue) == ["a", "Index 3"])
            #expect(deep.codingPath.map(\.intValue) == [nil, 1])
            try top.encodeNil(forKey: .d)
            // Asked for again, a container goes on where it was.
            var again = top.nestedUnkeyedContainer(forKey: .a)
            try again.encode("last")
            var sameTop = encoder.container(keyedBy: Key.self)
            try sameTop.encode([UInt8](), forKey: .c)
        }
        #expect(
            text
                == #"{"a":[1,{"d":true},null,[2.5],0.1,"last"],"b":{"c":"x"},"d":null,"c":[]}"#)
    }

    @Test func aMemberThatIsEncodedAgainIsReplaced() throws {
        let text = try json { encoder in
            var top = encoder.container(keyedBy: Key.self)
            try top.encode(1, forKey: .a)
            try top.encode(2, forKey: .b)
            try top.encode(3, forKey: .a)
        }
        #expect(text == #"{"a":3,"b":2}"#)
        struct Name: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
        let many = try json { encoder in
            var top = encoder.container(keyedBy: Name.self)
            for turn in 0..<3 {
                for number in 0..<100 {
                    try top.encode(turn, forKey: Name(stringValue: "n\(number)"))
                }
            }
        }
        let wanted = (0..<100).map { "\"n\($0)\":2" }.joined(separator: ",")
        #expect(many == "{\(wanted)}")
    }

    @Test func superEncodersStandWhereTheyWereAskedFor() throws {
        let text = try json { encoder in
            var top = encoder.container(keyedBy: Key.self)
            let first = top.superEncoder()
            try top.encode(1, forKey: .a)
            let second = top.superEncoder(forKey: .b)
            var list = top.nestedUnkeyedContainer(forKey: .c)
            let third = list.superEncoder()
            let empty = list.superEncoder()
            try list.encode(9)
            var inner = first.unkeyedContainer()
            try inner.encode("in super")
            try "in b".encode(to: second)
            var object = third.container(keyedBy: Key.self)
            try object.encode(7, forKey: .d)
            #expect(second.codingPath.map(\.stringValue) == ["b"])
            #expect(third.codingPath.map(\.stringValue) == ["c", "Index 0"])
            #expect(empty.codingPath.map(\.intValue) == [nil, 1])
        }
        #expect(text == #"{"super":["in super"],"a":1,"b":"in b","c":[{"d":7},{},9]}"#)
    }

    @Test func decodersLookIntoWhatIsThere() throws {
        try read(#"{"a":[1,{"d":true},null,[2.5]],"super":{"b":"x"},"c":null}"#) { decoder in
            let top = try decoder.container(keyedBy: Key.self)
            #expect(top.allKeys == [.a, .c])
            #expect(top.contains(.c) && !top.contains(.b))
            #expect(try top.decodeNil(forKey: .c) && !top.decodeNil(forKey: .a))
            #expect(throws: DecodingError.self) { _ = try top.decodeNil(forKey: .b) }
            var list = try top.nestedUnkeyedContainer(forKey: .a)
            #expect(list.count == 4)
            // What fails stays to be decoded otherwise.
            #expect(throws: DecodingError.self) { _ = try list.decode(String.self) }
            #expect(try !list.decodeNil())
            #expect(list.currentIndex == 0)
            #expect(try list.decode(Int8.self) == 1)
            let inner = try list.nestedContainer(keyedBy: Key.self)
            #expect(try inner.decode(Bool.self, forKey: .d))
            #expect(inner.codingPath.map(\.stringValue) == ["a", "Index 1"])
            #expect(try list.decodeNil())
            var deep = try list.superDecoder().unkeyedContainer()
            #expect(try deep.decode(Double.self) == 2.5)
            #expect(deep.isAtEnd && list.isAtEnd)
            #expect(throws: DecodingError.self) { _ = try list.decode(Int.self) }
            #expect(throws: DecodingError.self) { _ = try list.decodeNil() }
            #expect(throws: DecodingError.self) { _ = try list.nestedUnkeyedContainer() }
            let base = try top.superDecoder().container(keyedBy: Key.self)
            #expect(try base.decode(String.self, forKey: .b) == "x")
            #expect(base.codingPath.map(\.stringValue) == ["super"])
            let sub = try top.superDecoder(forKey: .a).unkeyedContainer()
            #expect(sub.count == 4)
        }
    }

    @Test func refusesContainersOfTwoKinds() throws {
        func refuses(_ body: @escaping (any Encoder) throws -> Void) {
            #expect(throws: EncodingError.self) { _ = try json(body) }
            #expect(throws: EncodingError.self) {
                _ = try json { encoder in
                    var top = encoder.container(keyedBy: Key.self)
                    try top.encode([ByHand(body: body)], forKey: .a)
                }
            }
        }
        refuses { encoder in
            _ = encoder.container(keyedBy: Key.self)
            _ = encoder.unkeyedContainer()
        }
        refuses { encoder in
            var list = encoder.unkeyedContainer()
            try list.encode(1)
            var single = encoder.singleValueContainer()
            try single.encode(1)
        }
        refuses { encoder in
            var single = encoder.singleValueContainer()
            try single.encode(1)
            try single.encode(2)
        }
        refuses { encoder in
            var single = encoder.singleValueContainer()
            try single.encode(1)
            var top = encoder.container(keyedBy: Key.self)
            try top.encode(1, forKey: .a)
        }
        refuses { encoder in
            var top = encoder.container(keyedBy: Key.self)
            _ = top.nestedUnkeyedContainer(forKey: .a)
            _ = top.nestedContainer(keyedBy: Key.self, forKey: .a)
        }
    }

    @Test func whatEncodesNothingIsAnEmptyObjectInside() throws {
        #expect(throws: EncodingError.self) { _ = try json { _ in } }
        #expect(try Samples.json([ByHand { _ in }]) == "[{}]")
        #expect(try Samples.json(["a": ByHand { _ in }]) == #"{"a":{}}"#)
        struct Empty: Encodable {}
        #expect(try Samples.json(Empty()) == "{}")
    }

    @Test func whatTheCallerGivesReachesEveryPart() throws {
        var encoder = ValueEncoder()
        let key = try #require(CodingUserInfoKey(rawValue: "unit"))
        encoder.userInfo[key] = "ft"
        let value = try encoder.encode([
            "a": ByHand { encoder in
                var single = encoder.singleValueContainer()
                try single.encode(encoder.userInfo[key] as? String)
            }
        ])
        #expect(value == .object([Value.Member("a", .text("ft"))]))
    }

    @Test func anErrorOfTheValueComesOutAsItIs() {
        struct Own: Error {}
        #expect(throws: Own.self) { _ = try json { _ in throw Own() } }
        #expect(throws: Own.self) { try read("{}") { _ in throw Own() } }
    }
}
