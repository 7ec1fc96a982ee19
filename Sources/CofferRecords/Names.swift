package import CofferBytes
internal import CofferCrypto
package import CofferFormat
internal import CofferKeys
package import CofferStore

/// Ids, subject names and blind indexes: what is derived from values under keys
/// (`Docs/Format.md`, sections 6, 9.3 and 9.4).
package struct Names {
    private let naming: HMACSHA256.Authenticator
    private let index: HMACSHA256.Authenticator
    /// Under which an index may still be, while its key is being changed.
    private let retiring: [(number: UInt32, code: HMACSHA256.Authenticator)]
    /// The number of the key of new indexes.
    package let indexKey: UInt32

    private static let indexLabel = Array("coffer/v1/index".utf8)
    /// What the message of an id begins with; ids are made by the million.
    private static let recordLabel = SealContext.make("coffer/v1/record")

    /// Names under the keys of `frame`.
    package init(_ frame: Frame) throws {
        naming = HMACSHA256.Authenticator(try frame.keyring.active(.naming).macKey())
        let active = try frame.keyring.active(.index)
        index = HMACSHA256.Authenticator(active.macKey())
        indexKey = active.number
        retiring = frame.keyring.opening(.index).dropFirst().map {
            ($0.number, HMACSHA256.Authenticator($0.macKey()))
        }
    }

    /// The id of the record with this key; nil when the value can be no key.
    package func id(of key: Value, in collection: UInt32) -> Identifier? {
        var message = Self.recordLabel
        message.reserveCapacity(96)
        message.append(bigEndian: UInt32(4))
        message.append(bigEndian: collection)
        let start = message.count
        message.append(bigEndian: UInt32(0))
        guard CanonicalValue.append(key, to: &message) else { return nil }
        var count = UInt32(clamping: message.count - start - 4)
        for index in (start..<start + 4).reversed() {
            message[index] = UInt8(truncatingIfNeeded: count)
            count >>= 8
        }
        return naming.withCode(of: message.span) { Identifier(version: 8, from: $0) }
    }

    /// The id of a record without a key: from its content and its place among equals.
    package func id(
        ofContent content: [UInt8], ordinal: UInt64, in collection: UInt32
    ) -> Identifier {
        let message = SealContext.make(
            "coffer/v1/content", collection.bigEndianBytes, content, ordinal.bigEndianBytes)
        return naming.withCode(of: message.span) { Identifier(version: 8, from: $0) }
    }

    /// The name under which a person's key is found; nil when the value can name nobody.
    package func subject(_ key: Value) -> Identifier? {
        guard let canonical = CanonicalValue.bytes(key) else { return nil }
        let message = SealContext.make("coffer/v1/subject", canonical)
        return naming.withCode(of: message.span) { Identifier($0) }
    }

    /// The blind index of a value, 16 bytes; nil for what is not indexed.
    package func blindIndex(_ value: Value, field: UInt16, in collection: UInt32) -> [UInt8]? {
        Self.message(value, field, collection).map { Self.index($0, index) }
    }

    /// Whether an index may be under another key than that of new ones.
    package var hasRetiringIndex: Bool { !retiring.isEmpty }

    /// The numbers of the keys that retire.
    package var retiringIndexKeys: [UInt32] { retiring.map(\.number) }

    /// The blind indexes of a value under the keys that retire, by the numbers of the keys.
    package func retiringIndexes(
        _ value: Value, field: UInt16, in collection: UInt32
    ) -> [(key: UInt32, index: [UInt8])] {
        guard !retiring.isEmpty, let message = Self.message(value, field, collection) else {
            return []
        }
        return retiring.map { ($0.number, Self.index(message, $0.code)) }
    }

    private static func message(
        _ value: Value, _ field: UInt16, _ collection: UInt32
    ) -> [UInt8]? {
        var message = indexLabel
        message.reserveCapacity(64)
        message.append(contentsOf: collection.bigEndianBytes)
        message.append(contentsOf: field.bigEndianBytes)
        return CanonicalValue.append(value, to: &message) ? message : nil
    }

    private static func index(
        _ message: [UInt8], _ code: HMACSHA256.Authenticator
    ) -> [UInt8] {
        code.withCode(of: message.span) { code in (0..<16).map { code[$0] } }
    }
}
