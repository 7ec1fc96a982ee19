import CofferBytes
import Testing

@Suite struct Bech32mTests {
    /// BIP-350, "Test vectors for Bech32m", as far as their data are whole bytes.
    @Test(arguments: [
        ("a", "A1LQFN3A", ""), ("a", "a1lqfn3a", ""),
        (
            "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber1",
            "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
            ""
        ),
        (
            "abcdef", "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
            "ffbbcdeb38bdab49ca307b9ac5a928398a418820"
        ),
        (
            "split", "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
            "c5f38b70305f519bf66d85fb6cf03058f3dde463ecd7918f2dc743918f2d"
        ),
        ("?", "?1v759aa", ""),
    ])
    func readsAndWritesTheVectorsOfBIP350(
        _ prefix: String, _ text: String, _ data: String
    ) throws {
        let bytes = try #require(Hex.decode(data))
        // A secret has at least one byte, so a text of none is refused.
        let wanted = bytes.isEmpty ? nil : bytes
        #expect(PlainBech32m.decode(prefix: prefix, Array(text.utf8)) == wanted)
        #expect(PlainBech32m.encode(prefix: prefix, bytes.span) == Array(text.lowercased().utf8))
    }

    /// The seventh valid vector's 82 groups of ones are no whole number of bytes.
    @Test func refusesBitsThatAreNoByte() {
        let text = "11" + String(repeating: "l", count: 82) + "ludsr8"
        #expect(PlainBech32m.decode(prefix: "1", Array(text.utf8)) == nil)
    }

    /// BIP-350's invalid strings; the first three begin with a character outside the range.
    @Test(arguments: [
        (" ", " 1xj0phk"), ("\u{7f}", "\u{7f}1g6xzxy"), ("\u{80}", "\u{80}1vctc34"),
        (
            "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber1",
            "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4"
        ),
        ("q", "qyrz8wqd2c9m"), ("", "1qyrz8wqd2c9m"), ("y", "y1b0jsk6g"), ("lt", "lt1igcx5c0"),
        ("in", "in1muywd"), ("mm", "mm1crxm3i"), ("au", "au1s5cgom"), ("m", "M1VUXWEZ"),
        ("", "16plkw9"), ("", "1p2gdwpf"),
    ])
    func refusesTheInvalidVectorsOfBIP350(_ prefix: String, _ text: String) {
        #expect(PlainBech32m.decode(prefix: prefix, Array(text.utf8)) == nil)
    }

    @Test func findsEveryWrongCharacterOfARecoveryKey() {
        let bytes = [UInt8](0..<32)
        let text = PlainBech32m.encode(prefix: "coffer-recovery", bytes.span)
        #expect(PlainBech32m.decode(prefix: "coffer-recovery", text) == bytes)
        #expect(PlainBech32m.decode(prefix: "coffer", text) == nil)
        for index in text.indices {
            for character in Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l1-B ".utf8)
            where character != text[index] {
                var wrong = text
                wrong[index] = character
                guard PlainBech32m.decode(prefix: "coffer-recovery", wrong) == nil else {
                    Issue.record("A wrong character at \(index) was not found")
                    return
                }
            }
        }
        var swapped = text
        swapped.swapAt(20, 21)
        #expect(swapped == text || PlainBech32m.decode(prefix: "coffer-recovery", swapped) == nil)
        for count in text.indices {
            #expect(PlainBech32m.decode(prefix: "coffer-recovery", Array(text[..<count])) == nil)
        }
    }

    @Test func keepsEveryLengthThatFits() {
        for count in 0...45 {
            let bytes = [UInt8]((0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) })
            let text = PlainBech32m.encode(prefix: "c", bytes.span)
            #expect(PlainBech32m.decode(prefix: "c", text) == (bytes.isEmpty ? nil : bytes))
        }
    }
}
