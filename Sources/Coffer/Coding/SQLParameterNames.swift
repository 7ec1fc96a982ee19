/// The parameters in a text of SQL, as SQLite's tokenizer finds them
/// (<https://www.sqlite.org/lang_expr.html#parameters>).
///
/// A predicate has parameters of its own beside those of its caller's SQL. One that the caller has
/// no value for could turn out to be one of those, by its name or by its number.
internal enum SQLParameterNames {
    /// The names without their signs, and "?" for one without a name.
    ///
    /// None is missing where the text leaves no quotation and no comment open.
    internal static func all(in sql: String) -> Set<String> {
        var names: Set<String> = []
        var rest = Array(sql.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
                // A doubled mark inside ends one quotation and begins the next.
                skip(&rest, through: [byte])
            case UInt8(ascii: "["): skip(&rest, through: [UInt8(ascii: "]")])
            case UInt8(ascii: "-") where rest.first == UInt8(ascii: "-"):
                skip(&rest, through: [0x0A])
            case UInt8(ascii: "/") where rest.first == UInt8(ascii: "*"):
                rest.removeFirst()
                skip(&rest, through: Array("*/".utf8))
            case UInt8(ascii: "?"): names.insert("?")
            case UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "$"), UInt8(ascii: "#"):
                let name = rest.prefix(while: isInName)
                rest = rest.dropFirst(name.count)
                names.insert(String(decoding: name, as: UTF8.self))
            default: break
            }
        }
        return names
    }

    /// What SQLite takes for a part of a name: letters, digits, `_`, `$` and all beyond ASCII.
    private static func isInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }

    private static func skip(_ rest: inout ArraySlice<UInt8>, through end: [UInt8]) {
        while !rest.isEmpty, !rest.starts(with: end) { rest.removeFirst() }
        rest = rest.dropFirst(end.count)
    }
}
