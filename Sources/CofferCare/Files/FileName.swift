internal import CofferRecords

/// The name of a file in a vault: segments with `/` between them (`Docs/Format.md`, section 20.4).
///
/// It can be written out below any folder: no segment leads upwards, and none is empty.
package struct FileName: Hashable, Sendable, CustomStringConvertible {
    /// Why a text is no name.
    package enum Problem: String, Error, Sendable {
        /// There is nothing.
        case empty = "it is empty"
        /// A segment is empty, as before a leading `/` or between two of them.
        case emptySegment = "it begins or ends with /, or has // in it"
        /// A segment is `.` or `..`.
        case upwards = "it has . or .. between its slashes"
        /// It has a control character.
        case control = "it has a control character"
        /// It is too long, or a segment is.
        case tooLong = "it is too long: 255 bytes between two slashes, 4,096 in all"
    }

    /// The most bytes of a segment: what file systems take.
    private static let longestSegment = 255
    /// The most bytes of a name.
    private static let longest = 4_096

    /// The name in NFC.
    package let text: String

    /// Reads a name.
    ///
    /// - Throws: What is wrong with it.
    package init(_ given: String) throws(Problem) {
        let text = CanonicalValue.composed(given)
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count <= Self.longest else { throw .tooLong }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .control }
        for segment in text.utf8.split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            guard !segment.isEmpty else { throw .emptySegment }
            guard segment.count <= Self.longestSegment else { throw .tooLong }
            guard !segment.elementsEqual(".".utf8), !segment.elementsEqual("..".utf8) else {
                throw .upwards
            }
        }
        self.text = text
    }

    /// The name.
    package var description: String { text }

    /// The folders that it lies in, the outermost first.
    package var folders: [String] {
        text.utf8.indices.filter { text.utf8[$0] == UInt8(ascii: "/") }.map { String(text[..<$0]) }
    }

    /// Whether it is this name, or lies below it.
    package func isBelow(_ folder: String) -> Bool {
        text.utf8.elementsEqual(folder.utf8) || text.utf8.starts(with: (folder + "/").utf8)
    }

    /// Whether two names are the same, byte for byte.
    package static func == (left: FileName, right: FileName) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    /// Hashes the bytes.
    package func hash(into hasher: inout Hasher) { hasher.combine(Array(text.utf8)) }
}
