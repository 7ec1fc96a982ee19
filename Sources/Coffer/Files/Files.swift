internal import CofferCare
internal import CofferChunks
internal import CofferFormat
internal import CofferRecords
internal import CofferStore

extension Vault {
    /// The files that the vault keeps.
    public var files: Files { Files(vault: self) }
}

/// The files of a vault: stored once however often they occur, encrypted, readable in the middle.
///
/// A file is a record of a collection of its own, so it has versions, goes to the trash and comes
/// back from it. Its bytes are cut into chunks where their content says so; a chunk that any file of
/// the vault has is not stored again.
public struct Files {
    internal let vault: Vault

    /// A file.
    ///
    /// - Throws: ``VaultError/Code/noFile``, ``VaultError/Code/damaged``.
    public func info(_ name: String) throws(VaultError) -> VaultFile {
        try vault.holding {
            let name = try FileName(name)
            return try vault.records.read { reader in
                let file = try FileCatalog(reader).file(name)
                var sizes = StoredSizes(vault.records, reader)
                return VaultFile(file, stored: try sizes.size(of: file))
            }
        }
    }

    /// Every file, until `each` says false.
    ///
    /// - Parameters:
    ///   - folder: Only this file, or those below this folder; nil for all.
    ///   - isMeasuring: Whether ``VaultFile/stored`` is looked up, which takes a look at each chunk.
    ///   - each: Is given the files in the order in which they came in.
    /// - Throws: ``VaultError/Code/damaged`` for a record that does not verify, or where files are
    ///   missing; what `each` throws.
    public func list(
        under folder: String? = nil, isMeasuring: Bool = false,
        each: (VaultFile) throws -> Bool
    ) throws(VaultError) {
        let folder = folder.map(Self.trimmed)
        try vault.holding {
            try vault.records.read { reader in
                var sizes = StoredSizes(vault.records, reader)
                try FileCatalog(reader).each { file in
                    guard folder.map({ file.name.isBelow($0) }) ?? true else { return true }
                    let stored = isMeasuring ? try sizes.size(of: file) : nil
                    return try each(VaultFile(file, stored: stored))
                }
            }
        }
    }

    /// Reads a file, or a range of it.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - range: Which bytes; nil for all. What lies behind the end is not there.
    ///   - write: Is given the bytes in order, at most 1 MiB at once.
    /// - Throws: ``VaultError/Code/noFile``; ``VaultError/Code/damaged``: what `write` was given is
    ///   then not to be used; ``VaultError/Code/storage``; what `write` throws.
    /// - Complexity: linear in what is read: of the rest of the file nothing is.
    public func read(
        _ name: String, in range: Range<UInt64>? = nil, write: ([UInt8]) throws -> Void
    ) throws(VaultError) {
        try vault.holding {
            try vault.records.read { reader in
                let file = try FileCatalog(reader).file(try FileName(name))
                let reading = try FileRead(file, vault.records, reader)
                if let range {
                    try reading.range(range, each: write)
                } else {
                    try reading.all(each: write)
                }
            }
        }
    }

    /// Removes files: to the trash, from where they come back.
    ///
    /// - Throws: ``VaultError/Code/noFile``: then none is removed; as every write.
    public func remove(_ names: [String]) throws(VaultError) {
        try vault.holding {
            try vault.records.write { writer in
                let plan = try StoredFile.collection.plan(writer)
                for name in names {
                    let name = try FileName(name)
                    let file = try FileCatalog(writer.reader).file(name)
                    try writer.delete(
                        try writer.reader.identify(file.name.text, in: plan), in: plan)
                }
            }
        }
    }

    /// The files that were removed and can come back, the newest first.
    ///
    /// - Throws: ``VaultError/Code/damaged``.
    public func trash() throws(VaultError) -> [(file: VaultFile, deleted: Int64)] {
        try vault.holding {
            try vault.records.read { reader in
                guard let plan = try StoredFile.collection.plan(reader) else { return [] }
                return try reader.trash(plan).reversed().compactMap { version in
                    StoredFile(version.record.value).map {
                        (file: VaultFile($0), deleted: version.note.time)
                    }
                }
            }
        }
    }

    /// Puts a file that was removed back.
    ///
    /// - Throws: ``VaultError/Code/noFile`` when no version of it is kept, ``VaultError/Code/exists``
    ///   when a file of that name is there; as every write.
    public func restore(_ name: String) throws(VaultError) {
        try vault.holding {
            let name = try FileName(name)
            try vault.records.write { writer in
                let plan = try StoredFile.collection.plan(writer)
                try FileCatalog(writer.reader).expectRoom(for: name)
                do { _ = try writer.restore(name.text, in: plan) } catch RecordsError.noRecord {
                    throw FileError.noFile(name: name.text)
                } catch RecordsError.exists { throw FileError.exists(name: name.text) }
            }
        }
    }

    /// Gives a file another name; its bytes are not touched.
    ///
    /// - Throws: ``VaultError/Code/noFile``, ``VaultError/Code/exists``; as every write.
    public func rename(_ name: String, to other: String) throws(VaultError) {
        try vault.holding {
            try vault.records.write { writer in
                let plan = try StoredFile.collection.plan(writer)
                let old = try FileName(name)
                let file = try FileCatalog(writer.reader).file(old)
                let new = try FileName(other)
                try FileCatalog(writer.reader).expectRoom(for: new, except: old)
                let renamed = StoredFile(
                    name: new, size: file.size, sha256: file.sha256,
                    media: file.media, modified: file.modified, chunks: file.chunks,
                    source: nil, links: file.links)
                do {
                    try writer.put(renamed.record, in: plan, existing: .fail)
                } catch RecordsError.exists { throw FileError.exists(name: other) }
                try writer.delete(try writer.reader.identify(old.text, in: plan), in: plan)
            }
        }
    }

    /// A name of a file or folder as a person says it, with slashes at its end or not.
    ///
    /// - Throws: `FileName.Problem`.
    internal static func folder(_ name: String) throws -> String {
        try FileName(trimmed(name)).text
    }

    /// A folder without slashes at its end.
    private static func trimmed(_ folder: String) -> String {
        var rest = CanonicalValue.composed(folder)
        while rest.hasSuffix("/") { rest.removeLast() }
        return rest
    }
}
