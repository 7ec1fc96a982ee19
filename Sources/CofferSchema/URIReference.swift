/// A URI or relative reference, taken apart and put together as RFC 3986 says.
internal struct URIReference {
    private var scheme: String?
    private var authority: String?
    private var path: String
    private var query: String?
    /// What follows the number sign, as written; nil where there is none.
    internal private(set) var fragment: String?

    /// Splits `text` as the expression of RFC 3986, appendix B does; any text has such parts.
    internal init(_ text: String) {
        var rest = Substring(text)
        if let hash = rest.firstIndex(of: "#") {
            fragment = String(rest[rest.index(after: hash)...])
            rest = rest[..<hash]
        }
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if let colon = rest.firstIndex(of: ":"), colon > rest.startIndex,
            !rest[..<colon].contains("/")
        {
            scheme = String(rest[..<colon])
            rest = rest[rest.index(after: colon)...]
        }
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            authority = String(rest[..<end])
            rest = rest[end...]
        }
        path = String(rest)
    }

    /// The reference without its fragment.
    internal var withoutFragment: String {
        var text = ""
        if let scheme { text += scheme + ":" }
        if let authority { text += "//" + authority }
        text += path
        if let query { text += "?" + query }
        return text
    }

    /// What this reference means in a document at `base` (RFC 3986, section 5.2.2).
    internal func resolved(against base: URIReference) -> URIReference {
        var target = self
        if scheme != nil {
            target.path = Self.removingDots(path)
            return target
        }
        target.scheme = base.scheme
        if authority != nil {
            target.path = Self.removingDots(path)
            return target
        }
        target.authority = base.authority
        if path.isEmpty {
            target.path = base.path
            target.query = query ?? base.query
        } else if path.hasPrefix("/") {
            target.path = Self.removingDots(path)
        } else {
            target.path = Self.removingDots(base.directory + path)
        }
        return target
    }

    // RFC 3986, section 5.2.3: all of the path up to its last slash.
    private var directory: String {
        if path.isEmpty, authority != nil { return "/" }
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return String(path[...slash])
    }

    // RFC 3986, section 5.2.4, on segments instead of a buffer.
    private static func removingDots(_ path: String) -> String {
        guard path.contains(".") else { return path }
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        for (position, segment) in segments.enumerated() {
            let isLast = position == segments.count - 1
            switch segment {
            case ".":
                if isLast { kept.append("") }
            case "..":
                if kept.count > 1 || (kept.first.map { !$0.isEmpty } ?? false) { kept.removeLast() }
                if isLast { kept.append("") }
            default:
                kept.append(segment)
            }
        }
        return kept.joined(separator: "/")
    }

    /// Undoes percent-encoding; nil where it is broken or not UTF-8.
    internal static func percentDecoded(_ text: String) -> String? {
        guard text.contains("%") else { return text }
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, let high = bytes[index + 1].hexDigit,
                    let low = bytes[index + 2].hexDigit
                else { return nil }
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }
}
