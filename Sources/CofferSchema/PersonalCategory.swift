/// What personal data is about.
package enum PersonalCategory: String, CaseIterable, Hashable, Sendable {
    /// Who somebody is.
    case identity
    /// How to reach somebody.
    case contact
    /// What somebody wrote or made.
    case content
    /// What law protects specially: health, belief and the like (GDPR, article 9).
    case special
}
