internal import CofferFormat
internal import CofferSQLite

/// A value of SQL.
///
/// Booleans of records are the integers 1 and 0, arrays and objects their JSON text, and numbers
/// that no double holds the text of their literal.
public enum SQLValue: Sendable, Equatable {
    /// Nothing.
    case null
    /// A 64-bit integer.
    case integer(Int64)
    /// A double.
    case real(Double)
    /// Text.
    case text(String)
    /// Bytes.
    case blob([UInt8])

    internal init(_ scalar: SQLScalar) {
        self =
            switch scalar {
            case .null: .null
            case .integer(let integer): .integer(integer)
            case .real(let double): .real(double)
            case .text(let text): .text(text)
            case .blob(let bytes): .blob(bytes)
            }
    }

    internal var scalar: SQLScalar {
        switch self {
        case .null: .null
        case .integer(let integer): .integer(integer)
        case .real(let double): .real(double)
        case .text(let text): .text(text)
        case .blob(let bytes): .blob(bytes)
        }
    }

    /// The value as JSON.
    ///
    /// Bytes become `{"$bytes":"…"}` in Base64, an infinite number `9e999`.
    public var json: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    internal func write(to bytes: inout [UInt8]) {
        if case .real(let double) = self, !double.isFinite {
            bytes += Array((double < 0 ? "-9e999" : "9e999").utf8)
        } else {
            JSON.write(value, into: &bytes)
        }
    }

    /// The value for people; bytes as their number.
    public var text: String {
        switch self {
        case .null: ""
        case .text(let text): text
        case .blob(let bytes): "(\(bytes.count) bytes)"
        default: json
        }
    }

    private var value: Value {
        switch self {
        case .null: .null
        case .integer(let integer): .integer(integer)
        case .real(let double): .double(double)
        case .text(let text): .text(text)
        case .blob(let bytes): .bytes(bytes)
        }
    }
}

extension SQLValue {
    /// Reads a word of a command line: an integer or a number in its usual form, else text.
    ///
    /// What would be written differently as a number, such as `0171` or `1.50`, stays text.
    public init(word: String) {
        guard JSONNumber.isValid(word) else {
            self = .text(word)
            return
        }
        self =
            switch Value(numberLiteral: word) {
            case .integer(let integer): .integer(integer)
            case .double(let double): .real(double)
            default: .text(word)
            }
    }

    /// Reads JSON: true and false are 1 and 0, arrays and objects stay JSON text.
    ///
    /// - Throws: ``VaultError/Code/usage`` for what is no JSON.
    public init(json: [UInt8]) throws(VaultError) {
        let value: Value
        do { value = try JSON.parse(json) } catch {
            throw VaultError(.usage, "a parameter written with «:=» must be JSON")
        }
        self =
            switch value {
            case .null: .null
            case .bool(let flag): .integer(flag ? 1 : 0)
            case .integer(let integer): .integer(integer)
            case .double(let double): .real(double)
            case .number(let literal): .text(literal)
            case .text(let text): .text(text)
            case .bytes(let bytes): .blob(bytes)
            case .array, .object: .text(String(decoding: JSON.write(value), as: UTF8.self))
            }
    }
}
