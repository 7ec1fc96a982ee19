internal import CofferFormat
internal import CofferSchema

/// A change to one field, as it is written on a command line.
public enum Assignment: Sendable {
    /// `FIELD=TEXT`: text, read as the schema's type.
    case text(path: [String], String)
    /// `FIELD:=JSON`: any JSON value.
    case json(path: [String], [UInt8])
    /// `--unset FIELD`: the field goes.
    case unset(path: [String])

    private var path: [String] {
        switch self {
        case .text(let path, _), .json(let path, _), .unset(let path): path
        }
    }

    /// The record with the change made.
    ///
    /// - Throws: `VaultError.Code.invalid` when the text is not of the field's type or a path
    ///   leads through something that is no object, or too deep.
    internal func applied(to record: Value, schema: CollectionSchema) throws -> Value {
        guard let name = path.first, !name.isEmpty else {
            throw VaultError(.usage, "a field needs a name before «=»")
        }
        // What nests deeper could neither be written nor, by far deeper, be let go of again.
        guard path.count <= JSON.depthLimit else {
            throw VaultError(
                .invalid, "\(name): a path reaches \(JSON.depthLimit) objects deep at most")
        }
        let new: Value?
        switch self {
        case .text(_, let text):
            new = path.count == 1 ? try Self.typed(text, schema.field(name)) : .text(text)
        case .json(_, let bytes):
            do {
                new = try JSON.parse(bytes)
            } catch {
                throw VaultError(.invalid, "\(name): what follows «:=» is no JSON")
            }
        case .unset: new = nil
        }
        return try Self.replacing(path[...], below: nil, in: record, with: new)
    }

    private static func typed(_ text: String, _ field: FieldSchema?) throws -> Value {
        guard let field else { return .text(text) }
        switch field.kind {
        case .text, .any: return .text(text)
        case .boolean:
            guard text == "true" || text == "false" else {
                throw VaultError(.invalid, "\(field.name): must be true or false")
            }
            return .bool(text == "true")
        case .integer, .number:
            if text == "null", field.isNullable { return .null }
            guard JSONNumber.isValid(text) else {
                throw VaultError(.invalid, "\(field.name): must be a number")
            }
            return Value(numberLiteral: text)
        case .json:
            do {
                return try JSON.parse(Array(text.utf8))
            } catch {
                throw VaultError(.invalid, "\(field.name): must be a JSON object or array")
            }
        }
    }

    private static func replacing(
        _ path: ArraySlice<String>, below parent: String?, in value: Value, with new: Value?
    ) throws -> Value {
        guard let name = path.first else { return new ?? .null }
        guard case .object(var members) = value else {
            throw VaultError(.invalid, "\(parent ?? "/"): is no object, so it has no \(name)")
        }
        let index = members.firstIndex { $0.name == name }
        let inner = index.map { members[$0].value }
        if path.count == 1, new == nil {
            if let index { members.remove(at: index) }
            return .object(members)
        }
        let changed = try replacing(
            path.dropFirst(), below: parent.map { "\($0).\(name)" } ?? name,
            in: inner ?? .object([]), with: new)
        if let index {
            members[index] = Value.Member(name, changed)
        } else {
            members.append(Value.Member(name, changed))
        }
        return .object(members)
    }
}
