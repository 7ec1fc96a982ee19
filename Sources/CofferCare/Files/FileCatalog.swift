internal import CofferChunks
internal import CofferFormat
package import CofferRecords
internal import CofferStore

/// The files of a vault, on one snapshot.
package struct FileCatalog {
    private let reader: RecordReader
    private let plan: CollectionPlan?

    /// Those that a reader sees.
    package init(_ reader: RecordReader) throws {
        self.reader = reader
        plan = try StoredFile.collection.plan(reader)
    }

    /// One file.
    ///
    /// - Throws: `FileError.noFile`, `.damaged`; as `RecordReader.get(_:in:)`.
    package func file(_ name: FileName) throws -> StoredFile {
        guard let plan, let id = try? reader.identify(name.text, in: plan),
            let record = try reader.get(id, in: plan)
        else { throw FileError.noFile(name: name.text) }
        guard let file = StoredFile(record.value), file.name == name else {
            throw FileError.damaged(name: name.text)
        }
        return file
    }

    /// Sees that a name can come out of the vault beside those that are there.
    ///
    /// - Throws: `FileError.inTheWay` where it is a folder of another file, or lies below one.
    /// - Complexity: linear in the number of files.
    package func expectRoom(for name: FileName, except other: FileName? = nil) throws {
        let folders = Set(name.folders)
        try each { file in
            guard file.name != other else { return true }
            guard !folders.contains(file.name.text), !file.name.folders.contains(name.text) else {
                throw FileError.inTheWay(name: name.text, other: file.name.text)
            }
            return true
        }
    }

    /// Every record of a file, in the order in which they came in, and the file; nil for one that
    /// does not say what a file is.
    ///
    /// - Throws: As `RecordReader.scan(_:each:)`.
    package func eachRecord(_ body: (Record, StoredFile?) throws -> Void) throws {
        guard let plan else { return }
        try reader.scan(plan) { record in
            try body(record, StoredFile(record.value))
            return true
        }
    }

    /// Every file, in the order in which they came in.
    ///
    /// - Throws: `FileError.damaged`; as `RecordReader.scan(_:each:)`.
    package func each(_ body: (StoredFile) throws -> Bool) throws {
        guard let plan else { return }
        try reader.scan(plan) { record in
            guard let file = StoredFile(record.value) else {
                throw FileError.damaged(name: "\(record.id)")
            }
            return try body(file)
        }
    }
}
