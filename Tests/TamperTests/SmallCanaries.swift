import Foundation

/// Four collections of fifteen records, made of words that must not be readable anywhere.
enum SmallCanaries {
    /// Words that occur nowhere by chance.
    static func word(_ kind: String, _ index: Int) -> String {
        let letters = "bcdfghklmnprstvz"
        var number = UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(kind.utf8.count) << 40
        var word = kind
        for _ in 0..<9 {
            let place = letters.index(letters.startIndex, offsetBy: Int(number % 16))
            word.append(letters[place])
            number /= 16
        }
        return word
    }

    static let collections = (0..<4).map { word("col", $0) }
    static let fields = (0..<16).map { word("fld", $0) }
    static let keys = (0..<60).map { word("key", $0) }
    static let values = (0..<120).map { word("val", $0) }
    static let all = collections + fields + keys + values

    /// The file of every collection: some fields known from a schema, some not; short and long.
    static func write(_ folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        for (number, collection) in collections.enumerated() {
            var lines: [String] = []
            for row in 0..<15 {
                let index = number * 15 + row
                let long = String(repeating: "\(values[index]) ", count: row == 3 ? 900 : 1)
                lines.append(
                    """
                    {"id":"\(keys[index])","\(fields[number * 4])":"\(long)",\
                    "\(fields[number * 4 + 1])":{"\(fields[number * 4 + 2])":\
                    ["\(values[60 + index])"]},"\(fields[number * 4 + 3])":true}
                    """)
            }
            try lines.joined(separator: "\n").write(
                toFile: "\(folder)/\(collection).ndjson", atomically: false, encoding: .utf8)
        }
    }
}
