/// What a shell may offer at one place of a command line.
///
/// `reply` is what the scripts of this module read. Its first line is `KIND`, a tab and
/// `PREFIX`; each further line is a word, a tab and a note. `KIND` is `words`, or `files` or
/// `directories` when the shell shall list those as well. `PREFIX` is the part of the typed word
/// that stands before what is offered (`--vault=`); the words come without it.
package struct Completion: Hashable, Sendable {
    /// What the shell shall list by itself.
    package let listing: Listing

    /// The part of the typed word that is not offered again.
    package let prefix: String

    /// The words to offer, in the order of help.
    package let candidates: [Candidate]

    /// Offers `candidates`, and what the shell lists for `listing`.
    internal init(
        _ candidates: [Candidate] = [], listing: Listing = .words, prefix: String = ""
    ) {
        self.candidates = candidates
        self.listing = listing
        self.prefix = prefix
    }
}

extension Completion {
    /// What a shell lists by itself, by the word of the reply.
    package enum Listing: String, Hashable, Sendable {
        /// Nothing.
        case words
        /// Files and directories.
        case files
        /// Directories.
        case directories
    }

    /// The reply, ending in a newline.
    ///
    /// A word with an invisible character is left out: it could not be told from another, and a
    /// tab or line end in it would be read as something else.
    package var reply: String {
        var lines = ["\(listing.rawValue)\t\(prefix)"]
        for candidate in candidates where Self.isPlain(candidate.word) {
            let note = Self.isPlain(candidate.note) ? candidate.note : ""
            lines.append("\(candidate.word)\t\(note)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.unicodeScalars.contains(where: VisibleText.isInvisible)
    }
}
