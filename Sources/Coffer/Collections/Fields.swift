internal import CofferFormat

/// The fields of a record that has no type in Swift.
///
///     var fields = try Fields(json: #"{"name":"Ana","level":3}"#)
///     try fields.set("level", 4)
///     let level = try fields.get("level", as: Int.self)
///
/// Numbers and texts that are not touched stay exactly as they were written, down to `1.50`.
public struct Fields: Sendable, Equatable {
    internal private(set) var value: Value

    internal init(_ value: Value) { self.value = value }

    /// No fields.
    public init() { value = .object([]) }

    /// The members of one JSON object.
    ///
    /// - Throws: ``VaultError/Code/invalid`` for anything else.
    public init(json: String) throws(VaultError) {
        value = try catching { try JSON.parse(Array(json.utf8)) }
        guard case .object = value else {
            throw VaultError(.invalid, "the fields of a record are one JSON object")
        }
    }

    /// The fields of a document.
    public init(_ document: Document) { value = document.value }

    /// The names of the fields, in their order.
    public var names: [String] { members.map(\.name) }

    /// The fields as one JSON object.
    public var json: String { String(decoding: JSON.write(value), as: UTF8.self) }

    /// One field as JSON; nil when it is absent.
    public func json(of name: String) -> String? {
        value[name].map { String(decoding: JSON.write($0), as: UTF8.self) }
    }

    /// One field as a value of Swift; nil when it is absent or null.
    ///
    /// - Throws: ``VaultError/Code/invalid`` when it is of another type.
    public func get<Content: Decodable>(
        _ name: String, as type: Content.Type
    ) throws(VaultError) -> Content? {
        guard let value = value[name], value != .null else { return nil }
        do { return try ValueDecoder().decode(type, from: value) } catch {
            throw VaultError(VaultError.coding(error, in: name))
        }
    }

    /// Sets one field; nil sets it to null.
    ///
    /// - Throws: ``VaultError/Code/invalid`` for what no field can hold, such as a number that is
    ///   not finite.
    public mutating func set(
        _ name: String, _ content: some Encodable
    ) throws(VaultError) {
        let new: Value
        do { new = try ValueEncoder().encode(content) } catch {
            throw VaultError(VaultError.coding(error, in: name))
        }
        var members = members
        if let index = members.firstIndex(where: { $0.name.hasSameBytes(as: name) }) {
            members[index] = Value.Member(name, new)
        } else {
            members.append(Value.Member(name, new))
        }
        value = .object(members)
    }

    /// Takes a field away.
    public mutating func remove(_ name: String) {
        value = .object(members.filter { !$0.name.hasSameBytes(as: name) })
    }

    private var members: [Value.Member] {
        guard case .object(let members) = value else { return [] }
        return members
    }
}
