internal import Coffer

/// A word such as `name=Grundle`, `level:=5`, `notes=@notes.txt` or `stats.str=12`.
internal enum AssignmentWord {
    /// Reads the words of a command line.
    ///
    /// - Throws: `usage` for a word that is no assignment, `storage` and `invalid` for its file.
    internal static func read(_ words: some Sequence<String>) throws(Failure) -> [Assignment] {
        var assignments: [Assignment] = []
        for word in words { assignments.append(try read(word)) }
        return assignments
    }

    /// The path of a field in `--unset`.
    internal static func unset(_ name: String) throws(Failure) -> Assignment {
        .unset(path: try path(name[...]))
    }

    private static func read(_ word: String) throws(Failure) -> Assignment {
        guard let equals = word.unicodeScalars.firstIndex(of: "=") else {
            throw .usage("a value is written FIELD=TEXT, FIELD:=JSON or FIELD=@FILE")
        }
        let name = word[..<equals]
        let value = String(word[word.unicodeScalars.index(after: equals)...])
        if name.utf8.last == UInt8(ascii: ":") {
            let json = value.hasPrefix("@") ? try InputFile.read(file(value)) : Array(value.utf8)
            return .json(path: try path(Substring(name.unicodeScalars.dropLast())), json)
        }
        let path = try path(name)
        if value.hasPrefix("@@") { return .text(path: path, String(value.dropFirst())) }
        guard value.hasPrefix("@") else { return .text(path: path, value) }
        let bytes = try InputFile.read(file(value))
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let name = InputFile.name(of: file(value))
            throw .invalid("\(name) is not text in UTF-8")
        }
        return .text(path: path, text)
    }

    private static func file(_ value: String) -> String { String(value.dropFirst()) }

    /// The parts of a name: dots part, `\.` is a dot.
    internal static func path(_ name: Substring) throws(Failure) -> [String] {
        var parts: [String] = []
        var part = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in name.unicodeScalars {
            if isEscaped {
                if scalar != ".", scalar != "\\" { part.append("\\") }
                part.append(scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == "." {
                parts.append(String(part))
                part = String.UnicodeScalarView()
            } else {
                part.append(scalar)
            }
        }
        if isEscaped { part.append("\\") }
        parts.append(String(part))
        guard parts.allSatisfy({ !$0.isEmpty }) else {
            throw .usage("a field needs a name before «=»; a dot in a name is written \\.")
        }
        return parts
    }
}
