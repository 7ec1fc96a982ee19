/// Writes values as JSON text; ``JSON/write(_:)`` documents the form.
internal struct JSONWriter {
    /// False once something was replaced because JSON cannot say it.
    internal private(set) var isExact = true
    private let isPretty: Bool

    internal init(isPretty: Bool = false) { self.isPretty = isPretty }

    /// Appends `value`.
    internal mutating func write(_ value: Value, into bytes: inout [UInt8]) {
        write(value, depth: 0, into: &bytes)
    }

    private mutating func write(_ value: Value, depth: Int, into bytes: inout [UInt8]) {
        switch value {
        case .null: append("null", to: &bytes)
        case .bool(let flag): append(flag ? "true" : "false", to: &bytes)
        case .integer(let integer): append(integer, to: &bytes)
        case .double(let double):
            if double.isFinite {
                bytes.append(contentsOf: double.description.utf8)
            } else {
                isExact = false
                append("null", to: &bytes)
            }
        case .number(let literal):
            if JSONNumber.isValid(literal) {
                bytes.append(contentsOf: literal.utf8)
            } else {
                isExact = false
                append(quoted: literal, to: &bytes)
            }
        case .text(let text): append(quoted: text, to: &bytes)
        case .bytes(let content):
            isExact = false
            append("{\"$bytes\":\"", to: &bytes)
            Base64.encode(content.span, into: &bytes)
            append("\"}", to: &bytes)
        case .array(let elements): write(elements, depth: depth, into: &bytes)
        case .object(let members): write(members, depth: depth, into: &bytes)
        }
    }

    private mutating func write(_ elements: [Value], depth: Int, into bytes: inout [UInt8]) {
        guard depth < JSON.depthLimit else {
            isExact = false
            return append("null", to: &bytes)
        }
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for element in elements {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            breakLine(depth + 1, in: &bytes)
            write(element, depth: depth + 1, into: &bytes)
        }
        if !isFirst { breakLine(depth, in: &bytes) }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(
        _ members: [Value.Member], depth: Int, into bytes: inout [UInt8]
    ) {
        guard depth < JSON.depthLimit else {
            isExact = false
            return append("null", to: &bytes)
        }
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for member in members {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            breakLine(depth + 1, in: &bytes)
            append(quoted: member.name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            if isPretty { bytes.append(UInt8(ascii: " ")) }
            write(member.value, depth: depth + 1, into: &bytes)
        }
        if !isFirst { breakLine(depth, in: &bytes) }
        bytes.append(UInt8(ascii: "}"))
    }

    private func breakLine(_ depth: Int, in bytes: inout [UInt8]) {
        guard isPretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<depth { append("  ", to: &bytes) }
    }

    private func append(_ text: StaticString, to bytes: inout [UInt8]) {
        unsafe bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private func append(_ integer: Int64, to bytes: inout [UInt8]) {
        guard integer.magnitude > 9 else {
            if integer < 0 { bytes.append(UInt8(ascii: "-")) }
            return bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: integer.magnitude))
        }
        bytes.append(contentsOf: integer.description.utf8)
    }

    private func append(quoted text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        let isWritten: Void? = unsafe text.utf8.withContiguousStorageIfAvailable {
            unsafe append(escaped: $0, to: &bytes)
        }
        if isWritten == nil {
            let copy = Array(text.utf8)
            unsafe copy.withUnsafeBufferPointer { unsafe append(escaped: $0, to: &bytes) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Copies runs that need no escape as they are.
    private func append(escaped text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        var runStart = 0
        for index in 0..<text.count {
            let byte = unsafe text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                continue
            }
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<index]))
            runStart = index + 1
            bytes.append(UInt8(ascii: "\\"))
            switch byte {
            case 0x08: bytes.append(UInt8(ascii: "b"))
            case 0x09: bytes.append(UInt8(ascii: "t"))
            case 0x0A: bytes.append(UInt8(ascii: "n"))
            case 0x0C: bytes.append(UInt8(ascii: "f"))
            case 0x0D: bytes.append(UInt8(ascii: "r"))
            case 0x00..<0x20:
                append("u00", to: &bytes)
                bytes.append(UInt8(ascii: "0") + byte >> 4)
                let low = byte & 15
                bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
            default: bytes.append(byte)
            }
        }
        unsafe bytes.append(
            contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<text.count]))
    }
}
