/// A key of our own: a place in an array, or where a superclass keeps its part.
internal struct ValueKey: CodingKey {
    /// The name of the member.
    internal let stringValue: String
    /// The place; nil for a name.
    internal let intValue: Int?

    /// A name.
    internal init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    /// A place in an array.
    internal init(intValue: Int) {
        stringValue = "Index \(intValue)"
        self.intValue = intValue
    }

    /// Where `superEncoder()` puts what it encodes: the name that the standard library documents.
    internal static let ofSuper = ValueKey(stringValue: "super")
}
