internal import CofferDisk
internal import CofferFormat

/// What is known of the records of a file beyond their fields, line by line.
internal final class AboutLines: @unchecked Sendable {
    // Sendable is true because only the thread that reads the records uses it.
    private let file: OpenedFile
    private var buffer: [UInt8] = []
    private var position = 0
    private var offset: Int64 = 0
    private var number = 0
    private var parser = JSONParser()

    /// The longest line: the names of 900 fields that all hold bytes.
    private static let limit = 1 << 24
    private static let pieceSize = 1 << 16

    /// Begins at the first line.
    internal init(_ file: OpenedFile) { self.file = file }

    /// What the line with a number says; they are asked for in ascending order.
    ///
    /// - Throws: ``VaultError/Code/invalid`` for a line that is not there or has not the form.
    internal func line(_ wanted: Int) throws -> AboutRecord {
        var line: [UInt8] = []
        while number < wanted {
            guard let next = try next() else { throw malformed(wanted, "there is no such line") }
            line = next
            number += 1
        }
        do throws(JSONError) {
            if let record = AboutRecord(try parser.parse(line.span)) { return record }
        } catch { throw malformed(wanted, error.message) }
        throw malformed(wanted, "it does not have the form")
    }

    private func next() throws -> [UInt8]? {
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

    private func malformed(_ number: Int, _ reason: String) -> VaultError {
        VaultError(.invalid, "\(file.path):\(number): \(reason)")
    }
}
