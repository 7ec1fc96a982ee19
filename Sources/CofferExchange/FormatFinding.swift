internal import CofferFormat

/// What the start of a file, and for a JSON object its outline, says about its format.
internal struct FormatFinding {
    internal let format: ExchangeFormat
    internal var plainNames: Set<ExactText> = []

    /// Looks at `input`; `chosen` goes before what is found.
    internal init(
        _ input: ByteInput, name: String, chosen: ExchangeFormat?, limit: Int
    ) throws(ExchangeError) {
        if !input.isMarked { try Self.refuseOtherEncodings(input.start) }
        let file = name.split(separator: "/").last ?? ""
        let suffix = file.lastIndex(of: ".").map { file[file.index(after: $0)...].lowercased() }
        // A cell may hold a NUL; no JSON text does.
        if chosen != .csv, suffix != "csv", suffix != "tsv", input.start.contains(0) {
            throw .notText("binary data")
        }
        if let chosen, chosen != .improvedInitiative {
            format = chosen
            return
        }
        switch suffix {
        case "db": format = .nedb
        case "ndjson", "jsonl": format = .lines
        case "csv", "tsv": format = .csv
        default:
            let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
            switch input.start.first(where: { !isSpace($0) }) {
            case UInt8(ascii: "["): format = .array
            case UInt8(ascii: "{"):
                let shape = try Self.shape(input, limit: limit)
                let isInitiative =
                    chosen == .improvedInitiative
                    || ImprovedInitiative.isExport(names: shape.names)
                if shape.isFollowed {
                    format = .lines
                } else if isInitiative {
                    format = .improvedInitiative
                    plainNames = ImprovedInitiative.plainNames(shape.names)
                } else {
                    format = shape.isObjectOfTables ? .collections : .document
                }
            case .some where suffix != "json" && Self.looksLikeTable(input.start): format = .csv
            case .some where suffix == "json":
                throw .malformed(line: 1, reason: "there is neither an array nor an object")
            case nil where suffix == "json":
                throw .malformed(line: 1, reason: JSONError.Reason.empty.rawValue)
            default: throw .unknownFormat
            }
        }
    }

    private static func shape(_ input: ByteInput, limit: Int) throws(ExchangeError) -> JSONShape {
        var parser = JSONParser()
        do throws(JSONError) {
            return try unsafe parser.shape(
                of: { unsafe input.read(into: $0) }, itemLimit: limit)
        } catch {
            throw input.failure ?? ExchangeError(error)
        }
    }

    private static func looksLikeTable(_ start: ArraySlice<UInt8>) -> Bool {
        let header = start.prefix { $0 != 0x0A && $0 != 0x0D }
        return header.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") || $0 == 0x09 }
    }

    /// The byte-order mark of UTF-8, which is no part of a text.
    internal static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Whether a text of ours would be taken for another kind of file, or lose its beginning,
    /// unless a byte-order mark stands before it.
    internal static func needsMark(_ text: [UInt8]) -> Bool {
        if text.starts(with: mark) { return true }
        do throws(ExchangeError) { try refuseOtherEncodings(text[...]) } catch { return true }
        return false
    }

    private static func refuseOtherEncodings(
        _ start: ArraySlice<UInt8>
    ) throws(ExchangeError) {
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF])
            || start.starts(with: [0, 0, 0xFE, 0xFF])
        {
            throw .wideText
        }
        if start.starts(with: Array("PK\u{3}\u{4}".utf8)) { throw .notText("a zip archive") }
        if start.starts(with: [0x1F, 0x8B]) { throw .notText("a gzip archive") }
        if start.starts(with: Array("SQLite format 3\0".utf8)) {
            throw .notText("a SQLite database")
        }
        // Plain ASCII in UTF-16 or UTF-32 has a NUL in its first two bytes.
        if start.prefix(2).contains(0) { throw .wideText }
    }
}

extension ExchangeError {
    /// A failure of the text as a whole.
    internal init(_ error: JSONError) {
        switch error.reason {
        case .tooLong: self = .tooLong(line: error.line)
        case .unreadable: self = .unreadable(errno: 0)
        default:
            let place = error.pointer.isEmpty ? "" : " at \(error.pointer)"
            self = .malformed(line: error.line, reason: error.reason.rawValue + place)
        }
    }
}
