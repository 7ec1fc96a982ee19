/// What becomes of a record when the one that it refers to is deleted.
package enum OnDelete: String, CaseIterable, Hashable, Sendable {
    /// The deletion is refused; the default.
    case restrict
    /// The record is deleted too.
    case cascade
    /// The field is emptied.
    case clear
}
