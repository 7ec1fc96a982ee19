/// The text form of a way into a value (RFC 6901).
package enum JSONPointer {
    /// Joins names and indexes, escaping `~` and `/`.
    package static func text(_ path: ArraySlice<String>) -> String {
        var text = ""
        for part in path {
            text += "/"
            for character in part.unicodeScalars {
                switch character {
                case "~": text += "~0"
                case "/": text += "~1"
                default: text.unicodeScalars.append(character)
                }
            }
        }
        return text
    }
}
