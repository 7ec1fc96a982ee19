internal import CofferBytes
internal import CofferCrypto
internal import CofferDisk
internal import CofferFormat
internal import CofferRecords
internal import CofferSchema

/// A folder with a whole vault on its way into one; its files stay open, so that what was verified
/// is what is read.
internal struct FolderImport {
    /// A collection of it.
    internal struct Part {
        /// What the manifest says.
        let collection: FolderManifest.Collection
        /// Its schema.
        let schema: CollectionSchema
        /// The fields of its records.
        let lines: OpenedFile
        /// What else there is to know of them.
        let about: OpenedFile
    }

    /// The collections in the order in which they were made.
    internal let parts: [Part]
    /// The files of the vault; nil where it had none.
    internal let kept: KeptImport?
    private let path: String

    /// How much of a file is hashed at once.
    private static let pieceSize = 1 << 18

    /// Opens the folder that the paths of a request lead to, if it is one of ours; else nil.
    ///
    /// - Throws: ``VaultError/Code/usage`` for a request that is about more than that;
    ///   ``VaultError/Code/invalid``, ``VaultError/Code/newerFormat``.
    internal static func open(_ request: ImportRequest) throws -> FolderImport? {
        let files = LocalFileSystem()
        let found = try request.paths.first { path in
            guard try files.status(path)?.kind == .directory else { return false }
            return try files.exists(DiskPath.join(path, FolderManifest.fileName))
        }
        guard let path = found else { return nil }
        guard request.paths.count == 1, request.into == nil, request.idField == nil else {
            throw VaultError(
                .usage,
                "\(path) holds a whole vault: it is imported by itself, and its manifest says "
                    + "which collections and keys there are")
        }
        return try FolderImport(path)
    }

    private init(_ path: String) throws {
        self.path = path
        let place = DiskPath.join(path, FolderManifest.fileName)
        let manifest: FolderManifest
        do {
            let text = try LocalFileSystem().read(place, limit: FolderManifest.sizeLimit)
            manifest = try FolderManifest(parsing: text)
        } catch FolderManifest.Problem.newer(let format) {
            throw VaultError(
                .newerFormat,
                "\(place) has format \(format), which this release does not know; "
                    + "use a newer release of coffer")
        } catch FolderManifest.Problem.malformed(let reason) {
            throw VaultError(.invalid, "\(place): \(reason)")
        } catch let error as JSONError {
            throw VaultError(.invalid, "\(place): \(error.message)")
        }
        var parts: [Part] = []
        for collection in manifest.collections {
            parts.append(
                Part(
                    collection: collection, schema: try Self.schema(collection, in: path),
                    lines: try Self.open(collection.lines, in: path),
                    about: try Self.open(collection.about, in: path)))
        }
        self.parts = parts
        kept = try manifest.kept.map {
            KeptImport($0, try Self.open($0.list, in: path), in: path)
        }
    }

    /// Opens a file of the manifest; no link is followed below the folder.
    internal static func open(_ file: FolderManifest.File, in path: String) throws -> OpenedFile {
        let files = LocalFileSystem()
        var place = path
        var parts = file.path.split(separator: "/")
        let name = parts.popLast() ?? ""
        for part in parts {
            place = DiskPath.join(place, String(part))
            guard try files.status(place)?.kind == .directory else {
                throw missing(file, in: path)
            }
        }
        do throws(DiskError) {
            return try OpenedFile(own: DiskPath.join(place, String(name)))
        } catch {
            guard error.kind == .notFound || error.kind == .notRegular else { throw error }
            throw missing(file, in: path)
        }
    }

    private static func schema(
        _ collection: FolderManifest.Collection, in path: String
    ) throws -> CollectionSchema {
        let file = collection.schema
        let opened = try open(file, in: path)
        // The catalog has no longer one, and it is read as a whole.
        guard opened.size == file.bytes, file.bytes <= 1 << 26 else {
            throw changed(file, in: path)
        }
        let text = try opened.read(count: Int(file.bytes), at: 0)
        guard hash(SHA256.hash(text)) == file.hash else { throw changed(file, in: path) }
        let schema: CollectionSchema
        do {
            let value = try JSON.parse(text)
            schema = try CollectionSchema(
                parsing: value, text: JSON.write(value), name: collection.name)
        } catch {
            throw VaultError(
                .invalid, "\(DiskPath.join(path, file.path)): \(VaultError(error).message)")
        }
        guard collection.key.map({ schema.field($0) != nil }) ?? true else {
            throw VaultError(
                .invalid, "\(path): the schema of \(collection.name) does not have its key")
        }
        return schema
    }

    /// Proves that all files are as they were written.
    ///
    /// - Parameter progress: Is given the number of bytes of records and files so far.
    internal func verify(_ progress: (Int64) -> Void) throws {
        var done: Int64 = 0
        for part in parts {
            for (file, opened) in [
                (part.collection.about, part.about), (part.collection.lines, part.lines),
            ] {
                try Self.verify(file, opened, in: path) {
                    if file == part.collection.lines { progress(done + $0) }
                }
            }
            done += part.lines.size
        }
        try kept?.verify { progress(done + $0) }
    }

    /// Proves that a file is as it was written.
    internal static func verify(
        _ file: FolderManifest.File, _ opened: OpenedFile, in path: String,
        _ progress: (Int64) -> Void
    ) throws {
        var hash = SHA256()
        var size: Int64 = 0
        while size <= file.bytes {
            let piece = try opened.read(count: pieceSize, at: size)
            if piece.isEmpty { break }
            hash.update(piece)
            size += Int64(piece.count)
            progress(size)
        }
        guard size == file.bytes, Self.hash(hash.finish()) == file.hash else {
            throw changed(file, in: path)
        }
    }

    /// The collections that have to be made.
    internal func proposals(
        besides isKnown: (String) -> Bool
    ) -> [CofferRecords.RecordWriter.Proposal] {
        parts.filter { !isKnown($0.collection.name) }.map { part in
            CofferRecords.RecordWriter.Proposal(
                schema: part.schema, key: part.collection.key.map { .named($0) } ?? .none,
                fieldOrder: part.collection.fields)
        }
    }

    private static func hash(_ bytes: [UInt8]) -> String { Hex.encode(bytes) }

    private static func missing(_ file: FolderManifest.File, in path: String) -> VaultError {
        VaultError(
            .invalid, "\(DiskPath.join(path, file.path)) is missing, or is not an ordinary file")
    }

    /// What says that a file is not as it was written.
    internal static func changed(_ file: FolderManifest.File, in path: String) -> VaultError {
        VaultError(
            .invalid,
            "\(DiskPath.join(path, file.path)) is not as it was exported. What was changed on "
                + "purpose goes in with: coffer schema apply \(DiskPath.join(path, "schemas")), "
                + "then: coffer import \(DiskPath.join(path, "records"))")
    }
}
