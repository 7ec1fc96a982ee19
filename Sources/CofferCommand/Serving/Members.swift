internal import Coffer

/// The members of a request, as its handler asks for them.
///
/// What is no value of the kind that is asked for is `usage`, and the error names the member.
internal struct Members {
    private let values: [String: JSONInput]

    /// Takes the members of an object.
    internal init(_ members: [(name: String, value: JSONInput)]) {
        // The parser lets no name come twice, byte for byte; names that differ in normalisation
        // only are one to a dictionary, and none of ours is such a name.
        values = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// The names that are none of `known`.
    internal func unknown(besides known: [String]) -> [String] {
        values.keys.filter { !known.contains($0) }.sorted()
    }

    /// A member as it is; nil where there is none.
    internal subscript(_ name: String) -> JSONInput? { values[name] }

    /// Text; nil where there is no such member.
    internal func text(_ name: String) throws(Failure) -> String? {
        try value(name, "a text", \.text)
    }

    /// Text that must be there.
    internal func need(_ name: String) throws(Failure) -> String {
        guard let text = try text(name) else { throw .usage("«\(name)» is missing") }
        return text
    }

    /// Yes or no; no where there is no such member.
    internal func flag(_ name: String) throws(Failure) -> Bool {
        try value(name, "true or false", \.flag) ?? false
    }

    /// A whole number; nil where there is no such member.
    internal func count(_ name: String) throws(Failure) -> Int? {
        try value(name, "a whole number of 0 or more", \.count)
    }

    /// Texts; nil where there is no such member.
    internal func texts(_ name: String) throws(Failure) -> [String]? {
        try value(name, "an array of texts") { value in
            guard let elements = value.elements else { return nil }
            let texts = elements.compactMap(\.text)
            return texts.count == elements.count ? texts : nil
        }
    }

    /// Objects that must be there.
    internal func needObjects(_ name: String) throws(Failure) -> [JSONInput] {
        let objects = try value(name, "an array of objects") { value in
            value.elements.flatMap { $0.allSatisfy(\.isObject) ? $0 : nil }
        }
        guard let objects else { throw .usage("«\(name)» is missing") }
        return objects
    }

    /// The members of an object; nil where there is no such member.
    internal func object(
        _ name: String
    ) throws(Failure) -> [(name: String, value: JSONInput)]? {
        try value(name, "an object", \.members)
    }

    /// One of the words of `Choice`; nil where there is no such member.
    internal func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of _: Choice.Type
    ) throws(Failure) -> Choice? where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return try value(name, "one of \(words)") { $0.text.flatMap(Choice.init) }
    }

    /// A span of time such as `30s`, in milliseconds; nil where there is no such member.
    internal func span(_ name: String) throws(Failure) -> UInt64? {
        try value(name, "a time such as 90s or 15m") { $0.text.flatMap(TimeSpan.milliseconds) }
    }

    private func value<Result>(
        _ name: String, _ what: String, _ read: (JSONInput) -> Result?
    ) throws(Failure) -> Result? {
        guard let value = values[name] else { return nil }
        guard let result = read(value) else { throw .usage("«\(name)» must be \(what)") }
        return result
    }
}
