/// A line of a unit, read as systemd.syntax(7), systemd.unit(5) and systemd.service(5) say.
enum UnitLine {
    /// The words of a command line; nil where systemd would not take it.
    static func words(_ line: some StringProtocol) -> [String]? {
        var words: [[UInt8]] = []
        var bytes = Array(line.utf8)[...]
        while let first = bytes.popFirst() {
            if first == 0x20 { continue }
            guard first == 0x22 else {
                words.append([first] + bytes.prefix { $0 != 0x20 })
                bytes = bytes.drop { $0 != 0x20 }
                continue
            }
            var word: [UInt8] = []
            while let byte = bytes.popFirst(), byte != 0x22 {
                guard byte == 0x5C else {
                    guard byte >= 0x20 else { return nil }
                    word.append(byte)
                    continue
                }
                guard let escaped = bytes.popFirst() else { return nil }
                switch escaped {
                case 0x22, 0x5C: word.append(escaped)
                case 0x6E: word.append(10)
                case 0x78:
                    let digits = String(decoding: bytes.prefix(2), as: UTF8.self)
                    guard let code = UInt8(digits, radix: 16) else { return nil }
                    word.append(code)
                    bytes = bytes.dropFirst(2)
                default: return nil
                }
            }
            words.append(word)
        }
        return words.enumerated().compactMap { index, word in
            let text = String(decoding: word, as: UTF8.self).replacing("%%", with: "%")
            // In the path of the program a dollar stands for itself.
            return index == 0 ? text : text.replacing("$$", with: "$")
        }
    }
}
