import Foundation

/// Looks for many words at once in much data.
struct CanarySearch {
    /// What was found, and where it was looked for.
    struct Finding {
        var found: [String] = []
        var files = 0
        var bytes = 0
    }

    private let byHead: [UInt64: [[UInt8]]]
    /// Which low 16 bits of a mixed head occur at all: one look for nearly every place.
    private let mask: [Bool]

    /// - Parameter words: Each of six bytes or more.
    init(_ words: [String]) {
        var byHead: [UInt64: [[UInt8]]] = [:]
        var mask = [Bool](repeating: false, count: 65_536)
        for word in words {
            let bytes = Array(word.utf8)
            precondition(bytes.count >= 6)
            let head = bytes.prefix(6).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            byHead[head, default: []].append(bytes)
            mask[Self.place(head)] = true
        }
        self.byHead = byHead
        self.mask = mask
    }

    private static func place(_ head: UInt64) -> Int {
        Int(truncatingIfNeeded: (head &* 0x9E37_79B9_7F4A_7C15) >> 48)
    }

    /// Every word that stands in the bytes.
    func words(in bytes: [UInt8]) -> [String] {
        var found: Set<String> = []
        var head: UInt64 = 0
        for index in bytes.indices {
            head = (head << 8 | UInt64(bytes[index])) & 0xFFFF_FFFF_FFFF
            guard index >= 5, mask[Self.place(head)], let words = byHead[head] else { continue }
            let start = index - 5
            for word in words where start + word.count <= bytes.count {
                if bytes[start..<start + word.count].elementsEqual(word) {
                    found.insert(String(decoding: word, as: UTF8.self))
                }
            }
        }
        return found.sorted()
    }

    /// The words found in any file below a folder, with the names of the files.
    func words(below folder: String) throws -> Finding {
        var finding = Finding()
        let paths = FileManager.default.enumerator(atPath: folder)?.allObjects ?? []
        for case let path as String in paths {
            finding.found += words(in: Array(path.utf8)).map { "\($0) in the name \(path)" }
            let facts = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")
            guard facts[.type] as? FileAttributeType == .typeRegular else { continue }
            let bytes = try Place.read("\(folder)/\(path)")
            finding.files += 1
            finding.bytes += bytes.count
            finding.found += words(in: bytes).map { "\($0) in \(path)" }
        }
        return finding
    }
}
