internal import CofferFormat

/// What a folder with a whole vault says of itself (`Docs/Interface.md`, "Everything").
internal struct FolderManifest {
    /// The name of the file that holds it; a folder with such a file is one of ours.
    internal static let fileName = "coffer-export.json"
    /// The form of a folder with files; one without has form 1, as before there were any.
    internal static let format: Int64 = 2
    /// The most bytes of a manifest; 65,535 collections of 900 fields do not come near it.
    internal static let sizeLimit = 1 << 30

    /// A file of the folder.
    internal struct File: Equatable {
        /// Its path from the folder, with slashes.
        var path: String
        /// Its size in bytes.
        var bytes: Int64
        /// The SHA-256 of its bytes, in hexadecimal digits.
        var hash: String
    }

    /// A collection.
    internal struct Collection: Equatable {
        /// Its name.
        var name: String
        /// The property that holds each record's own key; nil for none.
        var key: String?
        /// The fields in the order in which records show them.
        var fields: [String]
        /// The number of records.
        var records: Int
        /// The JSON Schema.
        var schema: File
        /// The fields of each record, one JSON object a line.
        var lines: File
        /// What else there is to know of each record, on the line with the same number.
        var about: File
    }

    /// The files that the vault keeps.
    internal struct Kept: Equatable {
        /// How many of them lie in the folder.
        var count: Int
        /// How many bytes those have.
        var bytes: Int64
        /// What there is to know of each, one JSON object a line.
        var list: File
    }

    /// The collections in the order in which they were made.
    internal var collections: [Collection] = []
    /// The files; nil where the vault has none.
    internal var kept: Kept?

    /// The folders in it.
    internal static let folders = ["schemas", "records", "about"]
    /// The file that lists the files.
    internal static let listName = "files.ndjson"
    /// The folder of the files that are there under their own names.
    internal static let filesFolder = "files"
    /// The folder of those whose names it cannot hold.
    internal static let renamedFolder = "renamed"

    /// The paths of the three files of a collection.
    internal static func paths(of collection: String) -> (
        schema: String, lines: String, about: String
    ) {
        (
            "schemas/\(collection).schema.json", "records/\(collection).ndjson",
            "about/\(collection).ndjson"
        )
    }
}

extension FolderManifest {
    /// The manifest as text: JSON, one collection a line.
    internal var text: [UInt8] {
        let format = kept == nil ? 1 : Self.format
        var text = Array("{\"coffer\":\"export\",\"format\":\(format),\"collections\":[".utf8)
        for (index, collection) in collections.enumerated() {
            text += Array((index == 0 ? "\n" : ",\n").utf8)
            JSON.write(Self.value(collection), into: &text)
        }
        text += Array("\n]".utf8)
        if let kept {
            text += Array(",\"files\":\n".utf8)
            JSON.write(
                .object([
                    Value.Member("count", .integer(Int64(kept.count))),
                    Value.Member("bytes", .integer(kept.bytes)),
                    Value.Member("list", Self.value(kept.list)),
                ]), into: &text)
        }
        return text + Array("}\n".utf8)
    }

    private static func value(_ collection: Collection) -> Value {
        .object([
            Value.Member("name", .text(collection.name)),
            Value.Member("key", collection.key.map { .text($0) } ?? .null),
            Value.Member("fields", .array(collection.fields.map { .text($0) })),
            Value.Member("records", .integer(Int64(collection.records))),
            Value.Member(
                "files",
                .object([
                    Value.Member("schema", value(collection.schema)),
                    Value.Member("records", value(collection.lines)),
                    Value.Member("about", value(collection.about)),
                ])),
        ])
    }

    private static func value(_ file: File) -> Value {
        .object([
            Value.Member("path", .text(file.path)), Value.Member("bytes", .integer(file.bytes)),
            Value.Member("sha256", .text(file.hash)),
        ])
    }
}
