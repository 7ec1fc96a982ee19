/// A word that a shell may offer.
package struct Candidate: Hashable, Sendable {
    /// The word, without quotes.
    package let word: String

    /// What the word means, shown by zsh and fish.
    package let note: String

    /// Offers `word`, explained by `note`.
    package init(_ word: String, note: String = "") {
        self.word = word
        self.note = note
    }
}
