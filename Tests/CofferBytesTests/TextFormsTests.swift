import CofferBytes
import Testing

@Suite struct HexTests {
    @Test func goesThereAndBack() {
        let all = [UInt8](0...255)
        #expect(Hex.decode(Hex.encode(all)) == all)
        #expect(Hex.encode([0, 0x0f, 0xf0, 0xff]) == "000ff0ff")
        #expect(Hex.decode("FfAb") == [0xff, 0xab])
        #expect(Hex.decode("") == [])
    }

    @Test(arguments: ["0", "0g", "g0", " 0", "0x", "00 ", "é", "/0", ":0", "@0", "`0"])
    func refusesAnythingElse(_ text: String) {
        #expect(Hex.decode(text) == nil)
    }
}

@Suite struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func givesTheAnswersOfRFC4648(_ plain: String, _ text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(Base64.decode(Array(text.utf8)) == Array(plain.utf8))
    }

    @Test func knowsEveryCharacter() {
        let all = [UInt8](0...255)
        #expect(Base64.decode(Array(Base64.encode(all).utf8)) == all)
        #expect(Base64.encode([0xfb, 0xff, 0xbf]) == "+/+/")
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "=", "====", "Zg==Zg==", "Zm=v", "Z===", "Zh==", "Zm9=",
        "Zm 9", "Zm9v\n", "-_-_", "Zg=g",
    ])
    func refusesEveryOtherForm(_ text: String) {
        #expect(Base64.decode(Array(text.utf8)) == nil)
    }
}

@Suite struct IdentifierTests {
    private static let text = "919108f7-52d1-4320-9bac-f847db4148a8"

    /// RFC 9562, appendix A.3.
    @Test func goesThereAndBack() throws {
        let identifier = try #require(Identifier(text: Self.text))
        #expect(identifier.description == Self.text)
        #expect(Identifier(text: Self.text.uppercased()) == identifier)
        #expect(Hex.encode(identifier.bytes) == "919108f752d143209bacf847db4148a8")
        #expect(Identifier(identifier.bytes) == identifier)
        #expect(Identifier(identifier.bytes.span) == identifier)
    }

    @Test(arguments: [
        "", "919108f752d143209bacf847db4148a8", "919108f7-52d1-4320-9bac-f847db4148a",
        "919108f7-52d1-4320-9bac-f847db4148a8 ", "919108f7-52d1-4320-9bacf-847db4148a8",
        "919108f7-52d1-4320-9bac-f847db4148ag", "919108f7_52d1-4320-9bac-f847db4148a8",
        "{19108f7-52d1-4320-9bac-f847db4148a}",
    ])
    func refusesAnythingElse(_ text: String) {
        #expect(Identifier(text: text) == nil)
    }

    @Test func setsVersionAndVariantAndNothingMore() {
        let ones = [UInt8](repeating: 0xff, count: 16)
        let zeros = [UInt8](repeating: 0, count: 16)
        #expect(
            Identifier(version: 8, from: ones.span).description
                == "ffffffff-ffff-8fff-bfff-ffffffffffff")
        #expect(
            Identifier(version: 4, from: zeros.span).description
                == "00000000-0000-4000-8000-000000000000")
    }

    @Test func isOrderedLikeItsBytes() throws {
        let identifiers = try (0..<16).map { place in
            var bytes = [UInt8](repeating: 0, count: 16)
            bytes[place] = 1
            return try #require(Identifier(bytes))
        }
        #expect(identifiers.sorted() == identifiers.reversed())
        #expect(Identifier([UInt8](repeating: 0, count: 15)) == nil)
        #expect(Identifier([UInt8](repeating: 0, count: 17)) == nil)
    }
}
