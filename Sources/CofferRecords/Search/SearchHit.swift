/// A record that holds everything that was looked for.
package struct SearchHit: Sendable {
    /// The name of its collection.
    package let collection: String
    /// The record.
    package let record: Record
    /// How well it fits: hits in short texts, such as names, count for more.
    package let score: Int
    /// The JSON pointer of the text that the excerpt is from.
    package let pointer: String
    /// What stands before the hit, the hit, and what stands after it.
    package let excerpt: (before: String, hit: String, after: String)
}
