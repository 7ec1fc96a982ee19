/// What a field holds, with what is longer than a word lying beside it.
package enum FieldContent: Sendable {
    /// Nothing.
    case null
    /// Yes or no.
    case bool(Bool)
    /// A 64-bit integer.
    case integer(Int64)
    /// A finite double.
    case double(Double)
    /// A number that neither of them would write again; its literal lies beside.
    case number
    /// Text; its UTF-8 lies beside.
    case text
    /// Bytes.
    case bytes
    /// An array or object; its JSON text lies beside.
    case json
}
