internal import CofferFormat

/// Knows where the schemas of one or more documents stand and what they are called.
///
/// Only places that draft 7 gives a schema are looked at: an `$id` inside `enum`, `const` or an
/// unknown keyword is data and names nothing, and neither does one beside a `$ref`.
internal struct SchemaIndex {
    /// A schema and where it stands.
    internal struct Place {
        /// The number of the document.
        internal let document: Int
        /// The pointer from the root of the document.
        internal let pointer: String
        /// The schema.
        internal let value: Value
        /// What its references are relative to.
        internal let base: String
    }

    private var resources: [String: Place] = [:]
    private var anchors: [String: Place] = [:]
    private var bases: [String: String] = [:]
    private var registry: [String: Value]
    private var documentNames: [String] = []

    /// Schemas may be nested this deep.
    internal static let deepest = 200

    /// Knows the documents of `registry`, which are read when something refers to them.
    internal init(registry: [String: Value]) {
        self.registry = registry
        if registry[MetaSchema.uri] == nil { self.registry[MetaSchema.uri] = MetaSchema.value }
    }

    /// Reads a document and returns its root.
    ///
    /// - Throws: ``SchemaError/Code/tooLarge``.
    internal mutating func add(_ value: Value, uri: String) throws(SchemaError) -> Place {
        let document = documentNames.count
        documentNames.append(uri)
        try index(value, document: document, pointer: "", base: uri, depth: 0)
        let base = bases[key(document, "")] ?? uri
        let place = Place(document: document, pointer: "", value: value, base: base)
        if resources[uri] == nil { resources[uri] = place }
        return place
    }

    /// Where a place is, in words for errors and violations.
    internal func location(document: Int, pointer: String) -> String {
        let name = documentNames[document]
        return name.isEmpty ? pointer : name + "#" + pointer
    }

    private func key(_ document: Int, _ pointer: String) -> String { "\(document)#\(pointer)" }

    private mutating func index(
        _ value: Value, document: Int, pointer: String, base: String, depth: Int
    ) throws(SchemaError) {
        guard case .object(let members) = value else { return }
        guard depth < Self.deepest else {
            throw SchemaError(
                .tooLarge, at: location(document: document, pointer: pointer),
                "The schema is nested more than \(Self.deepest) levels deep.")
        }
        var base = base
        if case .text(let id)? = value["$id"], value["$ref"] == nil {
            let reference = URIReference(id).resolved(against: URIReference(base))
            let uri = reference.withoutFragment
            let place = Place(document: document, pointer: pointer, value: value, base: uri)
            if !id.hasPrefix("#") {
                base = uri
                if resources[uri] == nil { resources[uri] = place }
            }
            if let name = reference.fragment, !name.isEmpty, anchors[uri + "#" + name] == nil {
                anchors[uri + "#" + name] = place
            }
        }
        bases[key(document, pointer)] = base
        for child in SchemaKeywords.children(of: members) {
            try index(
                child.value, document: document, pointer: pointer + child.pointer, base: base,
                depth: depth + 1)
        }
    }

    /// Follows a reference from a schema whose base is `base`.
    ///
    /// - Throws: ``SchemaError/Code/unresolved`` where it leads nowhere,
    ///   ``SchemaError/Code/tooLarge`` where the document behind it is.
    internal mutating func resolve(
        _ text: String, base: String, at location: String
    ) throws(SchemaError) -> Place {
        let unresolved = SchemaError(
            .unresolved, at: location,
            "The $ref leads to no schema at hand; references are never fetched.")
        let reference = URIReference(text).resolved(against: URIReference(base))
        let uri = reference.withoutFragment
        if resources[uri] == nil, let document = registry[uri] {
            _ = try add(document, uri: uri)
        }
        let encoded = reference.fragment ?? ""
        if let place = anchors[uri + "#" + encoded] { return place }
        guard let resource = resources[uri], let fragment = URIReference.percentDecoded(encoded)
        else { throw unresolved }
        if fragment.isEmpty { return resource }
        guard fragment.hasPrefix("/"), let place = follow(fragment, from: resource) else {
            throw unresolved
        }
        return place
    }

    /// The place of a schema inside another one.
    internal func child(of place: Place, at pointer: String, value: Value) -> Place {
        let path = place.pointer + pointer
        return Place(
            document: place.document, pointer: path, value: value,
            base: bases[key(place.document, path)] ?? place.base)
    }

    private func follow(_ pointer: String, from resource: Place) -> Place? {
        var value = resource.value
        var path = resource.pointer
        var base = resource.base
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = PointerStep.unescaped(String(token))
            switch value {
            case .object:
                guard let next = value[name] else { return nil }
                value = next
            case .array(let items):
                guard let index = Int(name), items.indices.contains(index) else { return nil }
                value = items[index]
            default: return nil
            }
            path += "/" + token
            base = bases[key(resource.document, path)] ?? base
        }
        return Place(document: resource.document, pointer: path, value: value, base: base)
    }
}
