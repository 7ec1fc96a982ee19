/// What a file holds, by its first bytes, and by the end of its name where they do not tell.
///
/// Source: WHATWG MIME Sniffing, section 6 (the patterns), and the registrations at IANA.
internal enum MediaType {
    /// As many bytes as are looked at.
    static let reach = 1_024

    private static let unknown = "application/octet-stream"

    /// Patterns at the start; `?` stands for any byte.
    private static let patterns: [(String, [UInt8])] = [
        ("image/png", [0x89] + Array("PNG\r\n".utf8) + [0x1A, 0x0A]),
        ("image/jpeg", [0xFF, 0xD8, 0xFF]), ("image/gif", Array("GIF8".utf8)),
        ("image/webp", Array("RIFF????WEBP".utf8)), ("audio/wav", Array("RIFF????WAVE".utf8)),
        ("image/bmp", Array("BM".utf8)), ("application/pdf", Array("%PDF-".utf8)),
        ("application/zip", Array("PK".utf8) + [3, 4]), ("application/gzip", [0x1F, 0x8B, 8]),
        ("application/zstd", [0x28, 0xB5, 0x2F, 0xFD]),
        ("application/vnd.sqlite3", Array("SQLite format 3".utf8) + [0]),
        ("audio/mpeg", Array("ID3".utf8)), ("audio/flac", Array("fLaC".utf8)),
        ("application/ogg", Array("OggS".utf8) + [0]),
        ("audio/mp4", Array("????ftypM4A".utf8)), ("video/mp4", Array("????ftyp".utf8)),
        ("video/webm", [0x1A, 0x45, 0xDF, 0xA3]), ("font/woff2", Array("wOF2".utf8)),
        ("application/x-7z-compressed", Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C]),
    ]

    /// Texts that are told apart by the end of the name only.
    private static let endings = [
        "json": "application/json", "jsonl": "application/x-ndjson",
        "ndjson": "application/x-ndjson", "csv": "text/csv", "html": "text/html",
        "htm": "text/html", "md": "text/markdown", "svg": "image/svg+xml",
        "xml": "application/xml", "css": "text/css", "js": "text/javascript",
        "yaml": "application/yaml", "yml": "application/yaml", "epub": "application/epub+zip",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "odt": "application/vnd.oasis.opendocument.text", "opus": "audio/ogg",
        "ogg": "audio/ogg", "mp3": "audio/mpeg",
    ]

    /// The type of a file.
    static func of(_ start: Span<UInt8>, name: String) -> String {
        let ending = name.split(separator: "/").last?.split(separator: ".").dropFirst().last
        let named = ending.flatMap { endings[$0.lowercased()] }
        let found = patterns.first { Self.begins(start, with: $0.1) }?.0
        switch found {
        case "application/zip", "application/ogg": return named ?? found ?? unknown
        case .some(let found): return found
        case nil: return isText(start) ? named ?? "text/plain" : binary(ending.map(String.init))
        }
    }

    private static func binary(_ ending: String?) -> String {
        ending?.lowercased() == "mp3" ? "audio/mpeg" : unknown
    }

    private static func begins(_ bytes: Span<UInt8>, with pattern: [UInt8]) -> Bool {
        guard bytes.count >= pattern.count else { return false }
        return pattern.indices.allSatisfy {
            pattern[$0] == UInt8(ascii: "?") || pattern[$0] == bytes[$0]
        }
    }

    /// Whether nothing but text is there: no binary data byte (section 3 of the same).
    private static func isText(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            switch bytes[index] {
            case 0...8, 0x0B, 0x0E...0x1A, 0x1C...0x1F: return false
            default: continue
            }
        }
        return true
    }
}
