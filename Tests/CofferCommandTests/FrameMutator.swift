/// Makes requests that are almost right, the same ones for the same seed.
struct FrameMutator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64 (Steele, Lea, Flood 2014): any seed is a good one.
    private mutating func number() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private mutating func below(_ limit: Int) -> Int { Int(number() % UInt64(max(1, limit))) }

    private static let pieces = [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "-1", "1e999", "18446744073709551616",
        "\\u0000", "\\ud800", "\u{0}", "\u{7F}", "\u{2028}", "0.1", "true", "\"do\":\"begin\",",
        "\"do\":\"commit\"", "'; --", "\"id\":{},", "[[[[[[[[", "\"password\":\"x\",", "9e9",
        "npcs", "%s%n", "../", "\u{FEFF}",
    ].map { Array($0.utf8) }

    /// One of the requests, altered in one to four places; never empty, and without line ends.
    mutating func next(of requests: [String]) -> [UInt8] {
        var bytes = Array(requests[below(requests.count)].utf8)
        if below(2) == 0 {
            // Still JSON, most of the time.
            for _ in 0...below(2) { exchange(&bytes) }
        } else {
            for _ in 0...below(3) { alter(&bytes, requests) }
        }
        bytes = bytes.map { $0 == 10 ? 32 : $0 }
        return bytes.allSatisfy { [9, 13, 32].contains($0) } ? [UInt8(ascii: "0")] : bytes
    }

    private mutating func alter(_ bytes: inout [UInt8], _ requests: [String]) {
        let place = below(bytes.count + 1)
        let end = min(bytes.count, place + 1 + below(12))
        switch below(9) {
        case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
        case 1 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: number())
        case 2: bytes.removeSubrange(place..<end)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 4: bytes.removeSubrange(place...)
        case 5:
            let other = Array(requests[below(requests.count)].utf8)
            bytes.replaceSubrange(place..., with: other[min(place, other.count)...])
        case 6:
            let piece = Self.pieces[below(Self.pieces.count)]
            bytes.replaceSubrange(place..<end, with: piece)
        case 7: exchange(&bytes)
        default: bytes.insert(contentsOf: Self.pieces[below(Self.pieces.count)], at: place)
        }
    }

    private static let words = [
        "npcs", "locations", "n1", "n2", "nobody", "id", "name", "begin", "commit", "rollback",
        "undo", "add", "rm", "", "a.b", "\\.", "1", "1s", "none", "x'--", "SELECT 1",
        "SELECT * FROM npcs", "name IS NULL", "\\u0000", "\\ud83d\\ude00", "e\u{301}", "csv",
        "coffer_id", "%s%n%p", "../x", "record", "where", "limit", "null", "guard",
    ].map { Array($0.utf8) }

    private static let numbers = [
        "0", "1", "-1", "50", "4294967296", "9223372036854775807", "9223372036854775808",
        "18446744073709551615", "1.5", "1e3", "1e999", "-0", "null", "true", "[]", "{}", "\"1\"",
    ].map { Array($0.utf8) }

    /// Another text or number in the place of one.
    private mutating func exchange(_ bytes: inout [UInt8]) {
        let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
        if below(3) == 0, !digits.isEmpty {
            let start = digits[below(digits.count)]
            bytes.replaceSubrange(start...start, with: Self.numbers[below(Self.numbers.count)])
            return
        }
        let quotes = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\"") }
        guard quotes.count > 3 else { return }
        let first = 2 * below(quotes.count / 2)
        bytes.replaceSubrange(
            (quotes[first] + 1)..<quotes[first + 1], with: Self.words[below(Self.words.count)])
    }
}
