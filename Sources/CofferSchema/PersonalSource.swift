/// Where personal data came from; it decides what goes into a portability archive.
package enum PersonalSource: String, CaseIterable, Hashable, Sendable {
    /// The person gave it.
    case provided
    /// It was recorded about what the person did.
    case observed
    /// It was worked out from other data.
    case derived
}
