/// A JSON value that a command prints; members keep their order.
internal indirect enum JSONOutput {
    case null
    case bool(Bool)
    case integer(Int64)
    case count(UInt64)
    case text(String)
    case array([JSONOutput])
    case object([(String, JSONOutput)])
    /// JSON that was written elsewhere.
    case written(String)

    /// Text, or null where there is none.
    internal static func text(_ text: String?) -> JSONOutput {
        text.map { JSONOutput.text($0) } ?? .null
    }

    /// The JSON on one line.
    internal var json: String {
        var result = ""
        write(to: &result)
        return result
    }

    private func write(to result: inout String) {
        switch self {
        case .null: result += "null"
        case .bool(let flag): result += flag ? "true" : "false"
        case .integer(let number): result += String(number)
        case .count(let number): result += String(number)
        case .text(let text): Self.quote(text, to: &result)
        case .written(let json): result += json
        case .array(let elements):
            result += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { result += "," }
                element.write(to: &result)
            }
            result += "]"
        case .object(let members):
            result += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { result += "," }
                Self.quote(member.0, to: &result)
                result += ":"
                member.1.write(to: &result)
            }
            result += "}"
        }
    }

    /// A JSON string (RFC 8259, section 7).
    internal static func quote(_ text: String, to result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
    }

    /// Valid JSON over several lines, for people.
    internal static func indented(_ json: String) -> String {
        var result: [UInt8] = []
        var depth = 0
        var isInText = false
        var isEscaped = false
        var isFresh = false
        func newLine() {
            result.append(UInt8(ascii: "\n"))
            result += [UInt8](repeating: UInt8(ascii: " "), count: depth * 2)
        }
        for byte in json.utf8 {
            if isInText {
                result.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                continue
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth = max(0, depth - 1)
                if !isFresh { newLine() }
                result.append(byte)
                isFresh = false
                continue
            default: break
            }
            if isFresh { newLine() }
            isFresh = false
            result.append(byte)
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                isFresh = true
            case UInt8(ascii: ","): newLine()
            case UInt8(ascii: ":"): result.append(UInt8(ascii: " "))
            case UInt8(ascii: "\""): isInText = true
            default: break
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
