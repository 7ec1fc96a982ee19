import CofferFormat

/// An archive taken apart into its entries, to be put together in a wrong way.
///
/// It shares nothing with the code that it tests but the size of a block.
struct Archive {
    struct Entry {
        var header: [UInt8]
        var content: [UInt8]
        /// The zeros behind the content.
        var padding: [UInt8]

        var name: String {
            get { String(decoding: header.prefix(100).prefix { $0 != 0 }, as: UTF8.self) }
            set { put(Array(newValue.utf8), at: 0, size: 100) }
        }

        /// Makes a header as `tar` would, every field as asked.
        init(
            _ name: String, _ content: [UInt8] = [], type: UInt8 = 0x30, link: String = "",
            mode: String = "0000600"
        ) {
            header = [UInt8](repeating: 0, count: 512)
            self.content = content
            padding = [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
            put(Array(name.utf8.prefix(100)), at: 0, size: 100)
            put(Array(mode.utf8), at: 100, size: 8)
            put(Array("0000000".utf8), at: 108, size: 8)
            put(Array("0000000".utf8), at: 116, size: 8)
            put(Self.octal(content.count, 11), at: 124, size: 12)
            put(Array("00000000000".utf8), at: 136, size: 12)
            header[156] = type
            put(Array(link.utf8.prefix(100)), at: 157, size: 100)
            put(Array("ustar\u{0}00".utf8), at: 257, size: 8)
            put(Array("0000000".utf8), at: 329, size: 8)
            put(Array("0000000".utf8), at: 337, size: 8)
            fixChecksum()
        }

        fileprivate init(header: [UInt8], content: [UInt8], padding: [UInt8]) {
            self.header = header
            self.content = content
            self.padding = padding
        }

        mutating func put(_ bytes: [UInt8], at offset: Int, size: Int) {
            for index in 0..<size {
                header[offset + index] = index < bytes.count ? bytes[index] : 0
            }
        }

        /// Puts other bytes in the place of the content, with size and checksum.
        mutating func replace(with other: [UInt8]) {
            content = other
            padding = [UInt8](repeating: 0, count: (512 - other.count % 512) % 512)
            put(Self.octal(other.count, 11), at: 124, size: 12)
            fixChecksum()
        }

        mutating func fixChecksum() {
            put([UInt8](repeating: 0x20, count: 8), at: 148, size: 8)
            let sum = header.reduce(0) { $0 + Int($1) }
            put(Self.octal(sum, 6) + [0, 0x20], at: 148, size: 8)
        }

        static func octal(_ number: Int, _ digits: Int) -> [UInt8] {
            let text = String(number, radix: 8)
            return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
        }

        var bytes: [UInt8] { header + content + padding }
    }

    var entries: [Entry]
    var end = [UInt8](repeating: 0, count: 1_024)

    init(_ entries: [Entry]) { self.entries = entries }

    /// Takes the bytes of a good bundle apart.
    init(_ bytes: [UInt8]) {
        entries = []
        var offset = 0
        while offset < bytes.count, bytes[offset] != 0 {
            let header = Array(bytes[offset..<offset + 512])
            let size = header[124..<135].reduce(0) { $0 * 8 + Int($1 & 7) }
            offset += 512
            let padding = (512 - size % 512) % 512
            entries.append(
                Entry(
                    header: header, content: Array(bytes[offset..<offset + size]),
                    padding: Array(bytes[offset + size..<offset + size + padding])))
            offset += size + padding
        }
    }

    var bytes: [UInt8] { entries.flatMap(\.bytes) + end }

    subscript(_ name: String) -> Entry {
        get { entries.first { $0.name == name } ?? Entry(name) }
        set { entries = entries.map { $0.name == name ? newValue : $0 } }
    }
}

/// SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
