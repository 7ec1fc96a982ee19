internal import CofferFormat
internal import CofferSQLite
internal import CofferSchema

/// The values that a comparison in SQL may find equal to one given.
///
/// What an index finds for them has every row that the comparison holds for; SQLite compares
/// again what was opened, by its own rules.
internal enum SQLLookup {
    /// Beyond this, one double stands for several integers.
    private static let exactLimit = 9_007_199_254_740_992.0

    /// The candidates for a column of a kind; nil when only reading everything tells.
    internal static func candidates(_ scalar: SQLScalar, _ kind: FieldKind) -> [Value]? {
        if scalar == .null { return [] }
        switch kind {
        case .text: return forText(scalar)
        case .integer, .number: return forNumber(scalar)
        case .boolean:
            guard case .integer(let integer) = scalar, integer == 0 || integer == 1 else {
                return nil
            }
            return [.bool(integer == 1)]
        case .any: return forAny(scalar)
        case .json: return nil
        }
    }

    private static func forText(_ scalar: SQLScalar) -> [Value]? {
        // A number from another column makes SQL compare as numbers: `5` is `05` then.
        if case .text(let text) = scalar { [.text(text)] } else { nil }
    }

    private static func forNumber(_ scalar: SQLScalar) -> [Value]? {
        switch scalar {
        case .integer(let integer):
            let double = Double(integer)
            guard double.magnitude >= exactLimit, Int64(exactly: double) == integer else {
                return [.integer(integer)]
            }
            return [.integer(integer), .double(double)]
        case .real(let double):
            // Longer literals, kept as they were written, may come out the same.
            return double.magnitude < exactLimit ? [.double(double)] : nil
        case .text(let text):
            guard JSONNumber.isValid(text) else { return nil }
            switch Value(numberLiteral: text) {
            case .integer(let integer): return forNumber(.integer(integer))
            case .double(let double): return forNumber(.real(double))
            default: return nil
            }
        default: return nil
        }
    }

    private static func forAny(_ scalar: SQLScalar) -> [Value]? {
        switch scalar {
        case .text(let text):
            // The text of an array or object is in no index.
            if text.hasPrefix("[") || text.hasPrefix("{") { return nil }
            guard JSONNumber.isValid(text) else { return [.text(text)] }
            // A text from another column makes SQL compare as texts.
            let flags: [Value] = text == "0" || text == "1" ? [.bool(text == "1")] : []
            return [.text(text), Value(numberLiteral: text)] + flags
        // A number from another column makes a number of each text that looks like one.
        case .integer, .real: return nil
        case .blob(let bytes): return [.bytes(bytes)]
        case .null: return []
        }
    }
}
