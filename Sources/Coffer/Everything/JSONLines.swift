internal import CofferDisk
internal import CofferFormat

/// The lines of a file of an export, one JSON value each.
internal final class JSONLines: @unchecked Sendable {
    // Sendable is true because only the thread that reads the records uses it.
    private let file: OpenedFile
    private var buffer: [UInt8] = []
    private var position = 0
    private var offset: Int64 = 0
    private var parser = JSONParser()
    /// How many lines were read.
    internal private(set) var number = 0

    /// The longest line: the names of 900 fields that all hold bytes.
    private static let limit = 1 << 24
    private static let pieceSize = 1 << 16

    /// Begins at the first line.
    internal init(_ file: OpenedFile) { self.file = file }

    /// The value of the next line; nil at the end.
    ///
    /// - Throws: ``VaultError/Code/invalid`` for a line that is no JSON, or too long.
    internal func next() throws -> Value? {
        guard let line = try nextLine() else { return nil }
        number += 1
        do throws(JSONError) { return try parser.parse(line.span) } catch {
            throw malformed(number, error.message)
        }
    }

    /// What is wrong with a line, as an error.
    internal func malformed(_ number: Int, _ reason: String) -> VaultError {
        VaultError(.invalid, "\(file.path):\(number): \(reason)")
    }

    private func nextLine() throws -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            if position == buffer.count {
                buffer = try file.read(count: Self.pieceSize, at: offset)
                offset += Int64(buffer.count)
                position = 0
                if buffer.isEmpty { return line.isEmpty ? nil : line }
            }
            let rest = buffer[position...]
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            line += rest[..<(end ?? rest.endIndex)]
            position = end.map { $0 + 1 } ?? buffer.count
            if end != nil { return line }
            guard line.count <= Self.limit else { throw malformed(number + 1, "it is too long") }
        }
    }
}
