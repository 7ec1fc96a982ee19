internal import CofferFormat

/// A JSON value that another program has sent.
///
/// It is read as records are: strictly, nested at most ``depthLimit`` deep, numbers exactly.
package struct JSONInput: Sendable {
    /// How deep arrays and objects may nest.
    package static let depthLimit = JSON.depthLimit

    private let value: Value

    private init(_ value: Value) { self.value = value }

    /// Reads one JSON text.
    ///
    /// - Throws: ``VaultError/Code/invalid``, saying where the text is no JSON; no value of it.
    package init(_ bytes: Span<UInt8>) throws(VaultError) {
        do throws(JSONError) { value = try JSON.parse(bytes) } catch { throw VaultError(error) }
    }

    /// The text; nil for anything else.
    package var text: String? {
        guard case .text(let text) = value else { return nil }
        return text
    }

    /// Yes or no; nil for anything else.
    package var flag: Bool? {
        guard case .bool(let flag) = value else { return nil }
        return flag
    }

    /// The whole number of 0 or more; nil for anything else, and beyond 63 bits.
    package var count: Int? {
        guard case .integer(let integer) = value, integer >= 0 else { return nil }
        return Int(exactly: integer)
    }

    /// The elements of an array; nil for anything else.
    package var elements: [JSONInput]? {
        guard case .array(let elements) = value else { return nil }
        return elements.map { JSONInput($0) }
    }

    /// The members of an object in their order, no two of a name; nil for anything else.
    package var members: [(name: String, value: JSONInput)]? {
        guard case .object(let members) = value else { return nil }
        return members.map { ($0.name, JSONInput($0.value)) }
    }

    /// Whether it is an object.
    package var isObject: Bool {
        guard case .object = value else { return false }
        return true
    }

    /// The value as JSON on one line, with its numbers as they were.
    package var json: [UInt8] { JSON.write(value) }
}
