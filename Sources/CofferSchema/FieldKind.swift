/// What a field holds, coarsely.
package enum FieldKind: String, Hashable, Sendable {
    /// Text.
    case text
    /// Numbers without a fraction.
    case integer
    /// Numbers.
    case number
    /// `true` and `false`.
    case boolean
    /// Arrays or objects.
    case json
    /// Several of these, or nothing is said.
    case any

    /// The kind that covers `types`, leaving `null` aside.
    internal init(_ types: JSONTypes) {
        let types = types.subtracting(.null)
        if types.isEmpty {
            self = .any
        } else if types == .text {
            self = .text
        } else if types == .integer {
            self = .integer
        } else if types.isSubset(of: .number) {
            self = .number
        } else if types == .boolean {
            self = .boolean
        } else if types.isSubset(of: .nested) {
            self = .json
        } else {
            self = .any
        }
    }
}
