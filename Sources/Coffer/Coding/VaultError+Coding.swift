extension VaultError {
    /// Says where a value of Swift and a record do not fit each other.
    ///
    /// Of the error only the place is told: what a type says of itself may quote the value, as enums
    /// with raw values do.
    ///
    /// - Parameter collection: The collection of the record.
    /// - Returns: The error itself where it is none of coding.
    internal static func coding(_ error: any Error, in collection: String) -> any Error {
        let path: [any CodingKey]
        let what: String
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            path = context.codingPath + [key]
            what = "is missing"
        case DecodingError.valueNotFound(let type, let context):
            path = context.codingPath
            what = "is null or missing where \(type) is expected"
        case DecodingError.typeMismatch(let type, let context):
            path = context.codingPath
            what = "is not \(type)"
        case DecodingError.dataCorrupted(let context):
            path = context.codingPath
            what = "cannot be read"
        case EncodingError.invalidValue(_, let context):
            path = context.codingPath
            what = "cannot be written"
        default: return error
        }
        let place = path.map { "/" + ($0.intValue.map(String.init) ?? $0.stringValue) }.joined()
        let subject = place.isEmpty ? "the record" : place
        return VaultError(.invalid, "\(collection): \(subject) \(what)")
    }
}
