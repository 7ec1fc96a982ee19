internal import CofferBytes

/// Takes a text of exactly one form apart: fixed words and the values between them.
///
/// Total: any bytes give values or a failure. What it reads, only one text can say, so a value
/// written again is the text that was read.
internal struct BundleText {
    private let bytes: [UInt8]
    private var offset = 0

    /// 2^63 − 1: larger numbers are not written.
    private static let greatest = UInt64(Int64.max)

    internal init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether `word` comes next; it is taken if so.
    internal mutating func takes(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard count <= bytes.count - offset else { return false }
        for index in 0..<count
        where unsafe word.utf8Start[index] != bytes[offset + index] { return false }
        offset += count
        return true
    }

    /// Takes a word that must come.
    internal mutating func expect(_ word: StaticString) throws(ByteReader.Failure) {
        guard takes(word) else { throw offset < bytes.count ? .invalid : .truncated }
    }

    /// Takes a version number that must be 1.
    internal mutating func version() throws(ByteReader.Failure) {
        guard try number() == 1 else { throw .unknown }
    }

    /// Takes a decimal number from 0 to 2^63 − 1 without leading zeros.
    internal mutating func number() throws(ByteReader.Failure) -> UInt64 {
        let start = offset
        var value: UInt64 = 0
        while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) {
            guard offset - start < 19, offset == start || bytes[start] != 0x30 else {
                throw .invalid
            }
            // 19 digits stay below 2^64.
            value = value * 10 + UInt64(bytes[offset] - 0x30)
            offset += 1
        }
        guard offset > start else { throw offset < bytes.count ? .invalid : .truncated }
        guard value <= Self.greatest else { throw .limit }
        return value
    }

    /// Takes a number of 32 bits.
    internal mutating func number32() throws(ByteReader.Failure) -> UInt32 {
        guard let value = UInt32(exactly: try number()) else { throw .limit }
        return value
    }

    /// Takes a UUID in lower case.
    internal mutating func identifier() throws(ByteReader.Failure) -> Identifier {
        let text = String(decoding: try take(36), as: UTF8.self)
        guard let identifier = Identifier(text: text),
            identifier.description.hasSameBytes(as: text)
        else { throw .invalid }
        return identifier
    }

    /// Takes the 64 digits, in lower case, of 32 bytes.
    internal mutating func hash() throws(ByteReader.Failure) -> [UInt8] {
        let digits = try take(64)
        guard !digits.contains(where: { (0x41...0x46).contains($0) }),
            let hash = Hex.decode(Array(digits))
        else { throw .invalid }
        return hash
    }

    /// Takes Base64 up to, and not with, the byte that ends it.
    internal mutating func base64(
        until end: UInt8, limit: Int
    ) throws(ByteReader.Failure) -> [UInt8] {
        guard let raw = CofferBytes.Base64.decode(Array(try text(until: end, limit: limit)))
        else { throw .invalid }
        return raw
    }

    /// Takes what stands before the byte `end`, which stays.
    internal mutating func text(
        until end: UInt8, limit: Int
    ) throws(ByteReader.Failure) -> ArraySlice<UInt8> {
        let start = offset
        while offset < bytes.count, bytes[offset] != end {
            guard offset - start < limit else { throw .limit }
            offset += 1
        }
        guard offset < bytes.count else { throw .truncated }
        return bytes[start..<offset]
    }

    /// Whether nothing is left.
    internal var isAtEnd: Bool { offset == bytes.count }

    /// Refuses bytes after the last value.
    internal func end() throws(ByteReader.Failure) {
        guard isAtEnd else { throw .trailing }
    }

    private mutating func take(_ count: Int) throws(ByteReader.Failure) -> ArraySlice<UInt8> {
        guard count <= bytes.count - offset else { throw .truncated }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }
}
