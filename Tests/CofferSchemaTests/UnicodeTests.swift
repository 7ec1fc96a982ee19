import CofferSchema
import Foundation
import Testing

@Suite struct UnicodeTests {
    @Test func knowsUnicode15() {
        print("utf8proc knows Unicode \(Unicode15.version)")
        #expect(Unicode15.version == "15.0.0")
    }

    private static func text(_ field: Substring) throws -> String {
        var text = ""
        for code in field.split(separator: " ") {
            let value = try #require(UInt32(code, radix: 16))
            text.unicodeScalars.append(try #require(Unicode.Scalar(value)))
        }
        return text
    }

    /// Column 2 is the NFC of columns 1 to 3, column 4 that of 4 and 5; what part 1 does not
    /// list stays itself.
    @Test(.enabled(if: Material.vectors != nil)) func composesAsTheStandardSays() throws {
        let file = try #require(Material.vectors).appending(path: "unicode/NormalizationTest.txt")
        let lines = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            .split(separator: "\n")
        var inPartOne = false
        var listed: Set<UInt32> = []
        var count = 0
        var wrong: [String] = []
        for line in lines where !line.hasPrefix("#") {
            if line.hasPrefix("@") {
                inPartOne = line.hasPrefix("@Part1")
                continue
            }
            let columns = try line.split(separator: ";").prefix(5).map(Self.text)
            guard columns.count == 5 else { continue }
            count += 1
            if inPartOne, let scalar = columns[0].unicodeScalars.first {
                listed.insert(scalar.value)
            }
            let isRight =
                columns.prefix(3).allSatisfy { Self.same(Unicode15.nfc($0), columns[1]) }
                && columns.suffix(2).allSatisfy { Self.same(Unicode15.nfc($0), columns[3]) }
            if !isRight { wrong.append(String(line)) }
        }
        for text in Self.lines(without: listed) where !Self.same(Unicode15.nfc(text), text) {
            wrong.append("a code point that part 1 does not list")
        }
        print("NormalizationTest.txt: \(count - wrong.count) of \(count) lines")
        #expect(wrong == [])
        #expect(count == 19_074)
    }

    private static func same(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }

    @Test func tellsUnassignedFromAssigned() {
        for text in ["", "plain", "Ærøskøbing", "🐲", "\u{31350}", "\u{E000}", "a\u{301}"] {
            #expect(!Unicode15.containsUnassigned(text))
        }
        for text in ["x\u{378}", "\u{FFFF}", "\u{10FFFF}", "\u{1C8A}"] {
            #expect(Unicode15.containsUnassigned(text))
        }
    }

    @Test(arguments: [
        ("Élan", "elan"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("ﬁre", "fire"),
        ("Ｆｕｌｌ", "full"), ("İzmir", "izmir"), ("naïve", "nai\u{308}ve"), ("Ωμέγα", "ωμεγα"),
        ("co\u{AD}op", "coop"), ("①", "1"),
    ]) func foldsWhatMakesNoDifferenceInSearch(left: String, right: String) {
        #expect(Self.same(Unicode15.fold(left), Unicode15.fold(right)))
    }

    @Test func foldingTwiceIsFoldingOnce() {
        for text in Self.lines(without: []) {
            let once = Unicode15.fold(text)
            let isSettled = Self.same(Unicode15.fold(once), once)
            #expect(isSettled)
        }
    }

    /// All code points but some, each on a line of its own, a few thousand to a text.
    private static func lines(without left: Set<UInt32>) -> [String] {
        stride(from: UInt32(0), to: 0x110000, by: 4_096).map { start in
            var text = String.UnicodeScalarView()
            for value in start..<start + 4_096 where !left.contains(value) {
                guard let scalar = Unicode.Scalar(value) else { continue }
                text.append(scalar)
                text.append("\n")
            }
            return String(text)
        }
    }
}
