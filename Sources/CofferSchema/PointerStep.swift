/// The escapes in the steps of a JSON pointer (RFC 6901, section 3).
internal enum PointerStep {
    /// Writes a name as one step of a pointer.
    internal static func escaped(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") })
        else { return name }
        var escaped = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Reads one step of a pointer; a tilde that escapes nothing stays as it is.
    internal static func unescaped(_ step: String) -> String {
        guard step.utf8.contains(UInt8(ascii: "~")) else { return step }
        var name = ""
        var tilde = false
        for scalar in step.unicodeScalars {
            if tilde {
                tilde = false
                switch scalar {
                case "0": name += "~"
                case "1": name += "/"
                default:
                    name += "~"
                    name.unicodeScalars.append(scalar)
                }
            } else if scalar == "~" {
                tilde = true
            } else {
                name.unicodeScalars.append(scalar)
            }
        }
        return tilde ? name + "~" : name
    }
}
