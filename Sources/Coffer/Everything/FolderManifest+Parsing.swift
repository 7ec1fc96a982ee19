internal import CofferFormat
internal import CofferSchema

extension FolderManifest {
    /// Why a text is no manifest.
    internal enum Problem: Error, Equatable {
        /// It does not have the form; the words say where.
        case malformed(String)
        /// It was written by a newer release.
        case newer(Int64)
    }

    /// Reads a manifest; what it does not know it passes over.
    ///
    /// - Throws: ``Problem``, and `JSONError` for what is no JSON.
    internal init(parsing text: [UInt8]) throws {
        let value = try JSON.parse(text)
        guard value["coffer"] == .text("export"), case .integer(let format)? = value["format"]
        else { throw Problem.malformed("it does not say that it is an export of coffer") }
        guard format <= Self.format else { throw Problem.newer(format) }
        guard format > 0, case .array(let listed)? = value["collections"] else {
            throw Problem.malformed("it has no collections")
        }
        if format == Self.format {
            guard let kept = try Self.kept(value["files"]) else {
                throw Problem.malformed("what it says of files lacks something")
            }
            self.kept = kept
        }
        var names: Set<String> = []
        var paths: Set<ExactText> = []
        for (index, value) in listed.enumerated() {
            guard let collection = try Self.collection(value) else {
                throw Problem.malformed("collection \(index + 1) lacks something")
            }
            guard CollectionSchema.isName(collection.name) else {
                throw Problem.malformed("the name of collection \(index + 1) cannot be one")
            }
            let files = [collection.schema, collection.lines, collection.about]
            guard names.insert(collection.name).inserted,
                files.allSatisfy({ paths.insert(ExactText($0.path)).inserted })
            else { throw Problem.malformed("\(collection.name): it is there twice") }
            collections.append(collection)
        }
    }

    private static func collection(_ value: Value) throws -> Collection? {
        guard case .text(let name)? = value["name"],
            case .integer(let count)? = value["records"], let records = Int(exactly: count),
            records >= 0, case .array(let listed)? = value["fields"],
            let schema = try file(value["files"]?["schema"]),
            let lines = try file(value["files"]?["records"]),
            let about = try file(value["files"]?["about"])
        else { return nil }
        let fields = listed.compactMap { value -> String? in
            if case .text(let field) = value { field } else { nil }
        }
        guard fields.count == listed.count else { return nil }
        var key: String?
        switch value["key"] {
        case .text(let name)?: key = name
        case .null?: break
        default: return nil
        }
        return Collection(
            name: name, key: key, fields: fields, records: records, schema: schema, lines: lines,
            about: about)
    }

    private static func kept(_ value: Value?) throws -> Kept? {
        guard let value, case .integer(let count)? = value["count"],
            let count = Int(exactly: count), count >= 0, case .integer(let bytes)? = value["bytes"],
            bytes >= 0, let list = try file(value["list"])
        else { return nil }
        return Kept(count: count, bytes: bytes, list: list)
    }

    private static func file(_ value: Value?) throws -> File? {
        guard let value, case .text(let path)? = value["path"],
            case .integer(let bytes)? = value["bytes"], bytes >= 0,
            case .text(let hash)? = value["sha256"]
        else { return nil }
        guard isInside(path) else {
            throw Problem.malformed("it names a file that is not in the folder")
        }
        return File(path: path, bytes: bytes, hash: hash)
    }

    /// Whether a path stays in the folder that it starts from, whatever the folder is.
    internal static func isInside(_ path: String) -> Bool {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return !path.utf8.contains(0)
            && parts.allSatisfy { part in
                !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
            }
    }
}
