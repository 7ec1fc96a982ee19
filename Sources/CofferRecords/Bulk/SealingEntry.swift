internal import CofferCrypto

/// A record that has its row and its number, with the keys that it is sealed under.
internal struct SealingEntry: Sendable {
    /// What is written.
    let draft: RecordSealer.Draft
    /// The key of the scope `vault`.
    let vaultKey: FieldKey
    /// The key of the person whom the record names.
    let subjectKey: FieldKey?
}
