internal import CofferFormat

/// What is known of the records of a file beyond their fields, line by line.
internal final class AboutLines: @unchecked Sendable {
    // Sendable is true because only the thread that reads the records uses it.
    private let lines: JSONLines

    /// Begins at the first line.
    internal init(_ file: OpenedFile) { lines = JSONLines(file) }

    /// What the line with a number says; they are asked for in ascending order.
    ///
    /// - Throws: ``VaultError/Code/invalid`` for a line that is not there or has not the form.
    internal func line(_ wanted: Int) throws -> AboutRecord {
        var last: Value?
        while lines.number < wanted {
            guard let next = try lines.next() else {
                throw lines.malformed(wanted, "there is no such line")
            }
            last = next
        }
        guard let record = last.flatMap({ AboutRecord($0) }) else {
            throw lines.malformed(wanted, "it does not have the form")
        }
        return record
    }
}
