internal import CofferRecords

extension Vault {
    /// A folder to which everything was exported.
    public struct ExportedFolder: Sendable {
        /// Its path, as it was given.
        public let path: String
        /// The collections and how many records each has, in the order in which they were made.
        public let collections: [(name: String, records: Int)]
        /// The number of files.
        public let files: Int
        /// What they take, in bytes.
        public let bytes: Int64
        /// How many of them are files that the vault keeps.
        public let kept: Int
        /// The files of the vault whose bytes are not in the folder because they do not verify, and
        /// why; what is known of them is.
        public let damaged: [(name: String, reason: String)]

        /// The number of records.
        public var records: Int { collections.reduce(0) { $0 + $1.records } }
    }

    /// Writes the whole vault, as it is at one moment, into a new folder in open forms.
    ///
    /// ``importFiles(_:progress:)`` reads it back. What is in it, and what is not, is told in
    /// `Docs/Interface.md`, "Everything". The folder is whole and durable under its name when this
    /// returns, and not there when it throws. A file of the vault that does not verify costs no
    /// other: ``ExportedFolder/damaged`` names it.
    ///
    /// - Parameters:
    ///   - path: The folder; it must not be there, or be empty.
    ///   - unfinished: Is given, before anything is made, what a program that is interrupted
    ///     should remove, in that order.
    ///   - progress: Is given the number of records and files so far.
    /// - Throws: ``VaultError/Code/exists``; ``VaultError/Code/damaged`` when a record does not
    ///   verify or records are missing; ``VaultError/Code/noFile`` where there is no folder to make
    ///   it in; ``VaultError/Code/full``, ``VaultError/Code/storage``.
    public func exportEverything(
        to path: String, unfinished: ([String]) -> Void = { _ in },
        progress: (Int) -> Void = { _ in }
    ) throws(VaultError) -> ExportedFolder {
        try reading {
            try $0.exportEverything(to: path, unfinished: unfinished, progress: progress)
        }
    }
}

extension ReadTransaction {
    /// Writes the whole vault, as this transaction sees it, into a new folder in open forms.
    ///
    /// - Parameters:
    ///   - path: The folder; it must not be there, or be empty.
    ///   - unfinished: Is given, before anything is made, what a program that is interrupted
    ///     should remove, in that order.
    ///   - progress: Is given the number of records and files so far.
    /// - Throws: What ``Vault/exportEverything(to:unfinished:progress:)`` throws.
    public final func exportEverything(
        to path: String, unfinished: ([String]) -> Void = { _ in },
        progress: (Int) -> Void = { _ in }
    ) throws(VaultError) -> Vault.ExportedFolder {
        try reading { reader in
            let export = try FolderExport(vault.records, reader, to: path)
            unfinished(export.unfinished)
            return try export.run(progress)
        }
    }
}

extension Vault.ExportedFolder {
    /// Describes a folder by its manifest and what the manifest itself is.
    internal init(
        _ path: String, _ manifest: FolderManifest, _ own: FolderManifest.File,
        _ damaged: [(name: String, reason: String)]
    ) {
        var files =
            manifest.collections.flatMap { [$0.schema, $0.lines, $0.about] } + [own]
        if let kept = manifest.kept { files.append(kept.list) }
        self.init(
            path: path, collections: manifest.collections.map { ($0.name, $0.records) },
            files: files.count + (manifest.kept?.count ?? 0),
            bytes: files.reduce(manifest.kept?.bytes ?? 0) { $0 + $1.bytes },
            kept: manifest.kept?.count ?? 0, damaged: damaged)
    }
}
