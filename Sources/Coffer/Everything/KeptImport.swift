internal import CofferBytes
internal import CofferCare
internal import CofferCrypto
internal import CofferDisk
internal import CofferFormat
internal import CofferRecords

/// The files of a vault in a folder with all of it, on their way into one.
internal struct KeptImport {
    /// What came of a look at them.
    internal struct Look {
        /// What becomes of the files.
        var counts = ImportReport.Counts()
        /// Those whose bytes were damaged when they were exported.
        var lost: [String] = []
    }

    /// A file as a vault has it, without its chunks.
    private typealias Known = [FileName: StoredFile]

    /// What becomes of a file.
    private enum Fate {
        case created
        case updated
        case unchanged
        case refused(String)
    }

    private let manifest: FolderManifest.Kept
    private let list: OpenedFile
    private let folder: String

    /// Takes over the list of a folder.
    internal init(_ manifest: FolderManifest.Kept, _ list: OpenedFile, in folder: String) {
        self.manifest = manifest
        self.list = list
        self.folder = folder
    }

    /// The path of the list.
    internal var path: String { list.path }

    /// How many bytes all files have.
    internal var bytes: Int64 { manifest.bytes }

    /// Proves that the list and all files are as they were written.
    ///
    /// - Parameter progress: Is given the number of bytes of files so far.
    /// - Throws: ``VaultError/Code/invalid``.
    internal func verify(_ progress: (Int64) -> Void) throws {
        try FolderImport.verify(manifest.list, list, in: folder) { _ in }
        var names: Set<FileName> = []
        var (count, done) = (0, Int64(0))
        try each { line, _, lines in
            guard names.insert(line.name).inserted else {
                throw lines.malformed(lines.number, "\(line.name) is there twice")
            }
            guard let file = Self.file(line) else { return }
            let opened = try FolderImport.open(file, in: folder)
            let start = done
            try FolderImport.verify(file, opened, in: folder) { progress(start + $0) }
            done = done.addingReportingOverflow(file.bytes).partialValue
            count += 1
        }
        guard count == manifest.count, done == manifest.bytes else {
            throw VaultError(
                .invalid,
                "\(path) has \(count) files; \(manifest.count) were exported")
        }
    }

    /// Says what becomes of the files, before any of them is added.
    ///
    /// - Parameter refuse: Is told of those that cannot come in, by the line of the list.
    internal func look(
        _ reader: RecordReader, _ existing: ImportRequest.Existing,
        refuse: (Int, String) -> Void
    ) throws -> Look {
        let known = try self.known(reader)
        let problem = try collisions(known)
        var look = Look()
        try each { line, number, _ in
            guard line.path != nil else {
                guard look.lost.count < ImportReport.rejectLimit else { return }
                return look.lost.append(line.name.text)
            }
            let fate = problem(line.name).map { Fate.refused($0) }
            switch fate ?? Self.fate(line, known, existing, reader) {
            case .created: look.counts.created += 1
            case .updated: look.counts.updated += 1
            case .unchanged: look.counts.unchanged += 1
            case .refused(let reason):
                look.counts.rejected += 1
                refuse(number, reason)
            }
        }
        return look
    }

    /// Adds the files that are to come in.
    ///
    /// - Parameter progress: Is given the number of bytes of files so far.
    /// - Throws: ``VaultError/Code/invalid`` for a file that is not as it was when it was verified;
    ///   as `FileAdd` does. What was added stays.
    internal func add(
        _ records: Records, _ existing: ImportRequest.Existing, _ progress: (Int64) -> Void
    ) throws -> ImportReport.Counts {
        var counts = ImportReport.Counts()
        let known: Known = try records.read { try self.known($0) }
        let problem = try collisions(known)
        let adding = try FileAdd(records, threads: min(16, max(0, WorkThread.cores - 1))) {
            switch $0.outcome {
            case .created: counts.created += 1
            case .updated: counts.updated += 1
            case .unchanged, .skipped: counts.unchanged += 1
            }
        }
        var done: Int64 = 0
        try each { line, _, _ in
            guard let file = Self.file(line), problem(line.name) == nil else { return }
            let (fate, links): (Fate, [String]) = try records.read { reader in
                (Self.fate(line, known, existing, reader), line.links(in: reader))
            }
            switch fate {
            case .refused: return
            case .unchanged:
                counts.unchanged += 1
                done = done.addingReportingOverflow(file.bytes).partialValue
                return progress(done)
            case .created, .updated: break
            }
            let bytes = KeptBytes(file, try FolderImport.open(file, in: folder), line.source) {
                FolderImport.changed(file, in: folder)
            }
            try adding.add(
                FileSource(
                    name: line.name, media: line.media, modified: line.modified, links: links,
                    created: line.created, bytes: bytes), existing: .update
            ) {
                done = done.addingReportingOverflow(Int64($0)).partialValue
                progress(done)
            }
        }
        try adding.finish()
        return counts
    }
}

extension KeptImport {
    /// Every line of the list.
    private func each(_ body: (FileLine, Int, JSONLines) throws -> Void) throws {
        let lines = JSONLines(list)
        while let value = try lines.next() {
            guard let line = FileLine(value) else {
                throw lines.malformed(lines.number, "it does not have the form")
            }
            try body(line, lines.number, lines)
        }
    }

    /// What the list says of the file in the folder; nil where there is none.
    private static func file(_ line: FileLine) -> FolderManifest.File? {
        line.path.map {
            FolderManifest.File(path: $0, bytes: Int64(clamping: line.bytes), hash: line.sha256)
        }
    }

    private func known(_ reader: RecordReader) throws -> Known {
        var known: Known = [:]
        try FileCatalog(reader).each { file in
            var file = file
            file.chunks.items = []
            known[file.name] = file
            return true
        }
        return known
    }

    /// Says why a name cannot come in beside files of the vault that do not come from the folder.
    private func collisions(_ known: Known) throws -> (FileName) -> String? {
        var others = Set(known.keys)
        guard !others.isEmpty else { return { _ in nil } }
        try each { line, _, _ in others.remove(line.name) }
        var folders: Set<[UInt8]> = []
        for other in others { folders.formUnion(other.folders.map { Array($0.utf8) }) }
        return { name in
            if folders.contains(Array(name.text.utf8)) { return "\(name) is a folder in the vault" }
            for folder in name.folders {
                guard let above = try? FileName(folder), others.contains(above) else { continue }
                return "\(above) is a file in the vault, and nothing can be below it"
            }
            return nil
        }
    }

    private static func fate(
        _ line: FileLine, _ known: Known, _ existing: ImportRequest.Existing,
        _ reader: RecordReader
    ) -> Fate {
        guard let before = known[line.name] else { return .created }
        let isEqual =
            before.sha256 == line.sha256 && before.size == line.bytes && before.media == line.media
            && before.modified == line.modified && before.source == line.source
            && before.links == line.links(in: reader)
        switch existing {
        case .update: return isEqual ? .unchanged : .updated
        case .skip: return .unchanged
        case .copy where isEqual: return .unchanged
        case .fail, .copy: return .refused("there is a file \(line.name) already")
        }
    }
}

/// The bytes of a file of the folder; those that were verified, or none.
private final class KeptBytes: FileBytes {
    private let expected: FolderManifest.File
    private let file: OpenedFile
    private let source: SourceStamp?
    private let changed: () -> VaultError
    private var digest = SHA256()
    private var offset: Int64 = 0
    private var isVerified = false

    init(
        _ expected: FolderManifest.File, _ file: OpenedFile, _ source: SourceStamp?,
        changed: @escaping () -> VaultError
    ) {
        self.expected = expected
        self.file = file
        self.source = source
        self.changed = changed
    }

    func readNext(_ buffer: inout MutableSpan<UInt8>, from start: Int) throws -> Int {
        let count = try file.readSome(&buffer, from: start, at: offset)
        if count > 0 {
            digest.update(buffer.span.extracting(start..<start + count))
            offset += Int64(count)
        }
        guard count > 0 || hasAll(), offset <= expected.bytes else { throw changed() }
        return count
    }

    func stamp() -> SourceStamp? { source }

    private func hasAll() -> Bool {
        guard !isVerified, offset == expected.bytes else { return isVerified }
        var done = SHA256()
        swap(&done, &digest)
        isVerified = Hex.encode(done.finish()) == expected.hash
        return isVerified
    }
}
