import Foundation

/// A bundle's bytes taken apart as any tar would, to be put together in a wrong way.
struct BundleBytes {
    /// A header block, and a content with its padding.
    struct Entry {
        var header: [UInt8]
        var content: [UInt8]

        var name: String { String(decoding: header.prefix { $0 != 0 }, as: UTF8.self) }

        /// The entry under another name, or of another kind, with a checksum that fits.
        func changed(name: String? = nil, type: Character? = nil, size: String? = nil) -> Entry {
            var entry = self
            func put(_ text: String, _ offset: Int, _ room: Int) {
                let bytes = Array(text.utf8.prefix(room))
                for index in 0..<room {
                    entry.header[offset + index] = index < bytes.count ? bytes[index] : 0
                }
            }
            if let name { put(name, 0, 100) }
            if let type { put(String(type), 156, 1) }
            if let size { put(size, 124, 12) }
            put("        ", 148, 8)
            let sum = entry.header.reduce(0) { $0 + Int($1) }
            let digits = String(sum, radix: 8)
            put(String(repeating: "0", count: 6 - digits.count) + digits + "\0 ", 148, 8)
            return entry
        }
    }

    var entries: [Entry] = []
    var end = [UInt8](repeating: 0, count: 1_024)

    init(_ data: Data) {
        let bytes = [UInt8](data)
        var offset = 0
        while offset + 512 <= bytes.count, bytes[offset] != 0 {
            let size = bytes[offset + 124..<offset + 135].reduce(0) { $0 * 8 + Int($1 & 7) }
            let padded = (size + 511) / 512 * 512
            entries.append(
                Entry(
                    header: Array(bytes[offset..<offset + 512]),
                    content: Array(bytes[offset + 512..<offset + 512 + padded])))
            offset += 512 + padded
        }
    }

    var data: Data { Data(entries.flatMap { $0.header + $0.content } + end) }

    /// The place of a member.
    func place(_ name: String) -> Int { entries.firstIndex { $0.name == name } ?? 0 }

    /// Bundles that nobody may believe, by what is wrong with them.
    static func hostile(_ good: Data, beside other: Data) -> [(String, Data)] {
        let bundle = BundleBytes(good)
        let another = BundleBytes(other)
        var hostile: [(String, Data)] = []
        func add(_ what: String, _ change: (inout BundleBytes) -> Void) {
            var copy = bundle
            change(&copy)
            hostile.append((what, copy.data))
        }
        for (index, entry) in bundle.entries.enumerated() {
            add("a bit of \(entry.name)") { $0.entries[index].content[0] ^= 1 }
            add("a bit of the header of \(entry.name)") { $0.entries[index].header[0] ^= 1 }
            add("\(entry.name) is missing") { $0.entries.remove(at: index) }
            add("\(entry.name) twice") { $0.entries.insert(entry, at: index) }
            add("\(entry.name) of another bundle") { $0.entries[index] = another.entries[index] }
        }
        let records = bundle.place("records-00001.seal")
        for name in [
            "../escaped", "/tmp/escaped", "records-00001.seal/../../escaped", "a\nb", "..././x",
            "vault.sqlite", "",
        ] {
            add("the name \(name)") {
                $0.entries[records] = $0.entries[records].changed(name: name)
            }
            add("one more, \(name)") {
                $0.entries.append($0.entries[records].changed(name: name))
            }
        }
        for type in "123456LKxg" {
            add("the kind \(type)") {
                $0.entries[records] = $0.entries[records].changed(type: type)
            }
        }
        for size in [
            "77777777777", "00000000000", "-0000000001", "\u{80}\0\0\0\0\0\0\0\0\0\0\u{1}",
        ] {
            add("the size \(size.debugDescription)") {
                $0.entries[records] = $0.entries[records].changed(size: size)
            }
        }
        add("members out of order") { $0.entries.swapAt(0, 1) }
        add("bytes after the end") { $0.end += [UInt8](repeating: 0, count: 512) }
        add("no end") { $0.end = [] }
        for count in [0, 1, 511, 512, 4_096, good.count / 2, good.count - 1] {
            hostile.append(("\(count) bytes of it", good.prefix(count)))
        }
        hostile.append(("two in one", good + good))
        hostile.append(("something else", Data("SQLite format 3\0".utf8) + Data(count: 4_000)))
        return hostile
    }
}
