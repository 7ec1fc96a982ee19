internal import Coffer
internal import CofferShims

/// A first look at a request, before it is parsed: takes the password out and counts the values.
///
/// The parser copies what it reads, and nothing erases that. So the text of the member `password`
/// of the outermost object goes into memory of its own, and its place in the line is written over.
/// A name with escapes in it is not seen here; the request is refused then.
internal struct FrameScan: ~Copyable {
    /// The password, if there was one.
    internal var secret: Secret?
    /// What is wrong with the password.
    internal private(set) var fault: Failure?
    /// About how many values there are: no fewer than an array or object can hold.
    internal private(set) var values = 1

    private var depth = 0
    private var isInObject = false
    /// Whether a text at the outermost level is a name.
    private var awaitsName = false
    private var isPassword = false

    private static let name = Array("password".utf8)

    /// Looks at a line and writes over its password.
    internal init(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        var index = 0
        while index < bytes.count {
            let byte = unsafe start.load(fromByteOffset: index, as: UInt8.self)
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                let end = unsafe Self.end(of: index, in: UnsafeRawBufferPointer(bytes))
                if depth == 1 {
                    unsafe text(UnsafeMutableRawBufferPointer(rebasing: bytes[index..<end]))
                }
                index = end + 1
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                values += 1
                depth += 1
                if depth == 1 {
                    isInObject = byte == UInt8(ascii: "{")
                    awaitsName = isInObject
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth = max(0, depth - 1)
            case UInt8(ascii: ","):
                values += 1
                if depth == 1 {
                    awaitsName = isInObject
                    isPassword = false
                }
            case UInt8(ascii: ":") where depth == 1: awaitsName = false
            default: break
            }
        }
    }

    /// Where the text that begins at `index` ends: its quote, or the end of all.
    private static func end(of index: Int, in bytes: UnsafeRawBufferPointer) -> Int {
        guard let start = bytes.baseAddress else { return bytes.count }
        var index = index
        while index < bytes.count {
            let byte = unsafe start.load(fromByteOffset: index, as: UInt8.self)
            if byte == UInt8(ascii: "\"") { return index }
            index += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return bytes.count
    }

    /// A text at the outermost level, without its quotes.
    private mutating func text(_ content: UnsafeMutableRawBufferPointer) {
        if awaitsName {
            isPassword = unsafe content.elementsEqual(Self.name)
            awaitsName = false
            return
        }
        guard isPassword else { return }
        isPassword = false
        do throws(Failure) {
            secret = try unsafe Self.unescaped(UnsafeRawBufferPointer(content))
        } catch { fault = error }
        guard let start = content.baseAddress, content.count > 0 else { return }
        unsafe start.initializeMemory(
            as: UInt8.self, repeating: UInt8(ascii: "*"), count: content.count)
    }

    private static func unescaped(_ content: UnsafeRawBufferPointer) throws(Failure) -> Secret {
        var count = 0
        guard unsafe walk(content, { _ in count += 1 }) else {
            throw .invalid("the password is not written as JSON wants it")
        }
        do throws(VaultError) {
            return try Secret(count: count) { span in
                var index = 0
                _ = unsafe walk(content) { byte in
                    span[index] = byte
                    index += 1
                }
            }
        } catch { throw Failure(error) }
    }

    /// Gives the bytes of a text without its escapes (RFC 8259, section 7); whether all are right.
    private static func walk(
        _ content: UnsafeRawBufferPointer, _ emit: (UInt8) -> Void
    ) -> Bool {
        var index = 0
        /// The unit that `\u` and four digits at `index` name.
        func unit() -> UInt32? {
            guard index + 6 <= content.count, unsafe content[index] == UInt8(ascii: "\\"),
                unsafe content[index + 1] == UInt8(ascii: "u")
            else { return nil }
            var unit: UInt32 = 0
            for place in (index + 2)..<(index + 6) {
                let byte = unsafe content[place]
                guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80
                else { return nil }
                unit = unit << 4 | UInt32(digit)
            }
            index += 6
            return unit
        }
        while index < content.count {
            let byte = unsafe content[index]
            guard byte == UInt8(ascii: "\\") else {
                emit(byte)
                index += 1
                continue
            }
            guard index + 1 < content.count else { return false }
            if let plain = plain(escape: unsafe content[index + 1]) {
                emit(plain)
                index += 2
                continue
            }
            guard var value = unit() else { return false }
            if (0xD800..<0xDC00).contains(value) {
                guard let low = unit(), (0xDC00..<0xE000).contains(low) else { return false }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else { return false }
            for byte in UTF8.encode(scalar) ?? .init() { emit(byte) }
        }
        return true
    }

    /// What a short escape stands for.
    private static func plain(escape: UInt8) -> UInt8? {
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): escape
        case UInt8(ascii: "b"): 8
        case UInt8(ascii: "t"): 9
        case UInt8(ascii: "n"): 10
        case UInt8(ascii: "f"): 12
        case UInt8(ascii: "r"): 13
        default: nil
        }
    }
}
