internal import CofferFormat
internal import CofferRecords

/// Turns the records of a collection into values of Swift and back.
internal struct RecordCoder<Content: Sendable>: Sendable {
    private let encoding: @Sendable (Content) throws -> Value
    private let decoding: @Sendable (Value) throws -> Content
    /// Whether the values hold everything that a record can have.
    private let isWhole: Bool

    /// The value as a record.
    ///
    /// - Throws: ``VaultError/Code/invalid`` with the way to what cannot be written.
    internal func encode(_ content: Content, in collection: String) throws -> Value {
        do {
            let value = try encoding(content)
            guard case .object = value else {
                throw VaultError(.invalid, "\(collection): a record must be a struct or class")
            }
            return value
        } catch { throw Self.said(error, in: collection) }
    }

    /// The record as a value.
    ///
    /// - Throws: ``VaultError/Code/invalid`` with the way to what does not fit.
    internal func decode(_ record: Value, in collection: String) throws -> Content {
        do { return try decoding(record) } catch { throw Self.said(error, in: collection) }
    }

    /// What is written over a record: the new value, and what its type knows nothing of.
    ///
    /// - Throws: As ``encode(_:in:)`` and ``decode(_:in:)``.
    internal func encode(_ content: Content, over old: Record, in collection: String) throws
        -> Value
    {
        let new = try encode(content, in: collection)
        guard !isWhole, case .object(let members) = new,
            case .object(let before) = try encode(
                try decode(old.value, in: collection), in: collection)
        else { return new }
        let known = Set((members + before).map { ExactText($0.name) })
        return .object(members + old.members.filter { !known.contains(ExactText($0.name)) })
    }

    /// A type may say of itself what it holds, so of a foreign error nothing is told.
    private static func said(_ error: any Error, in collection: String) -> VaultError {
        VaultError.coding(error, in: collection) as? VaultError
            ?? VaultError(.invalid, "\(collection): the type refuses to be read or written")
    }
}

extension RecordCoder where Content: Codable {
    /// One for a type that says itself how it is read and written.
    internal init(_ type: Content.Type) {
        encoding = { try ValueEncoder().encode($0) }
        decoding = { try ValueDecoder().decode(Content.self, from: $0) }
        isWhole = false
    }
}

extension RecordCoder where Content == Fields {
    /// One for records as they are.
    internal init() {
        encoding = { $0.value }
        decoding = { Fields($0) }
        isWhole = true
    }
}
