internal import CofferBytes
internal import CofferCare
internal import CofferCrypto
internal import CofferDisk
internal import CofferFormat
internal import CofferRecords
internal import CofferStore

extension Files {
    /// What became of a file that was to be added.
    public struct Added: Sendable {
        /// In one word.
        public enum Outcome: String, Sendable {
            /// It is in the vault now.
            case added
            /// It stands in the place of what had its name.
            case replaced
            /// It was there already, with this content.
            case unchanged
            /// Another file has its name, and was to stay.
            case exists
            /// It could not be read.
            case failed
        }

        /// Its name in the vault.
        public let name: String
        /// What became of it.
        public let outcome: Outcome
        /// The file, where it is in the vault.
        public let file: VaultFile?
        /// How many bytes were stored for it: without what was there already.
        public let stored: UInt64
        /// How many of its chunks were new.
        public let newChunks: Int
        /// How many were there already.
        public let sharedChunks: Int
        /// Why it could not be read.
        public let failure: VaultError?
    }

    /// How files are added.
    public struct AddOptions: Sendable {
        /// Whether a file with another content may be replaced.
        public var isReplacing = false
        /// Whether sources are read also where they look as they did when they were added.
        public var isRereading = false
        /// The records that they go with, as `COLLECTION/RECORD`.
        public var links: [String] = []
        /// How many threads work besides the caller's; nil for as many as there are other cores.
        public var threads: Int?

        /// Nothing is replaced, and what has not changed is not read.
        public init() {}
    }

    /// Adds files: each is there when it is told of.
    ///
    /// What has been added stays when a later one fails, and is not read again the next time.
    ///
    /// - Parameters:
    ///   - files: Which files; they are asked for one by one.
    ///   - options: What happens with files that are there.
    ///   - progress: Is given how many bytes of sources were dealt with since it was last called,
    ///     and whether they had to be read.
    ///   - each: Is told of each file, in their order but for those that need no reading.
    /// - Throws: ``VaultError/Code/noRecord`` for a record to go with that is not there;
    ///   ``VaultError/Code/full``, ``VaultError/Code/storage`` where the vault's disk fails;
    ///   ``VaultError/Code/busy``; what the closures throw.
    public func add(
        _ files: some Sequence<NewFile>, options: AddOptions = AddOptions(),
        progress: (UInt64, Bool) throws -> Void = { _, _ in }, each: (Added) throws -> Void
    ) throws(VaultError) {
        let links = try links(options.links)
        try vault.holding {
            try withoutActuallyEscaping(each) { each in
                var names = Names(try knownFiles())
                let threads = options.threads ?? max(0, WorkThread.cores - 1)
                let adding = try FileAdd(vault.records, threads: min(threads, 16)) {
                    try each(Added($0))
                }
                for file in files {
                    guard let name = try? FileName(file.name) else {
                        try each(Added(file.name, Self.badName(file.name)))
                        continue
                    }
                    if let problem = names.take(name) {
                        try each(Added(name.text, VaultError(.exists, problem)))
                        continue
                    }
                    try add(
                        file, name, to: adding, names.known[name], links, options, progress, each)
                }
                try adding.finish()
            }
        }
    }

    /// What is known of a file before its source is read.
    private struct Known {
        let size: UInt64
        let sha256: String
        let source: SourceStamp?
    }

    private func knownFiles() throws -> [FileName: Known] {
        var known: [FileName: Known] = [:]
        try vault.records.read { reader in
            try FileCatalog(reader).each { file in
                known[file.name] = Known(
                    size: file.size, sha256: file.sha256, source: file.source)
                return true
            }
        }
        return known
    }

    /// The names that are there, and those that this run has met.
    private struct Names {
        let known: [FileName: Known]
        private var met: Set<FileName> = []
        private var folders: Set<String> = []

        init(_ known: [FileName: Known]) {
            self.known = known
            for name in known.keys { folders.formUnion(name.folders) }
        }

        /// Takes a name; says why it cannot be taken.
        mutating func take(_ name: FileName) -> String? {
            guard met.insert(name).inserted else {
                return "\(name) stands for two of the files; only the first is added"
            }
            guard !folders.contains(name.text) else {
                return "\(name) is a folder in the vault, and no file can have its name"
            }
            for folder in name.folders {
                guard let above = try? FileName(folder) else { continue }
                if known[above] != nil || met.contains(above) {
                    return "\(above) is a file in the vault, and nothing can be below it"
                }
            }
            folders.formUnion(name.folders)
            return nil
        }
    }

    private static func badName(_ name: String) -> VaultError {
        do throws(FileName.Problem) { _ = try FileName(name) } catch {
            return VaultError(.invalid, "\(name) is no name for a file: \(error.rawValue)")
        }
        return VaultError(.invalid, "\(name) is no name for a file")
    }

    private func add(
        _ file: NewFile, _ name: FileName, to adding: FileAdd, _ before: Known?,
        _ links: [String], _ options: AddOptions, _ progress: (UInt64, Bool) throws -> Void,
        _ each: (Added) throws -> Void
    ) throws {
        do {
            var (modified, bytes): (Int64?, any FileBytes)
            switch file.origin {
            case .bytes(let read): (modified, bytes) = (nil, GivenBytes(read))
            case .path(let path, let follows):
                var source = try DiskBytes(path, follows: follows)
                if let before {
                    if !options.isRereading, before.source == source.look {
                        try progress(UInt64(clamping: source.size), false)
                        return try each(Added(name.text, .unchanged))
                    }
                    if !options.isReplacing {
                        let isSame = try Self.digest(source) == before.sha256
                        try progress(UInt64(clamping: source.size), true)
                        return try each(Added(name.text, isSame ? .unchanged : .exists))
                    }
                    source = try DiskBytes(path, follows: follows)
                }
                (modified, bytes) = (source.modified, source)
            }
            try adding.add(
                FileSource(
                    name: name, media: file.media, modified: modified, links: links, bytes: bytes),
                existing: options.isReplacing ? .update : .fail
            ) { try progress(UInt64($0), true) }
        } catch let error as DiskError {
            try each(Added(name.text, VaultError(error)))
        }
    }

    private static func digest(_ source: DiskBytes) throws -> String {
        var digest = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            var span = buffer.mutableSpan
            let count = try source.readNext(&span, from: 0)
            guard count > 0 else { return Hex.encode(digest.finish()) }
            digest.update(buffer.span.extracting(0..<count))
        }
    }

    /// The records that files are to go with, by their ids.
    private func links(_ places: [String]) throws(VaultError) -> [String] {
        var links: [String] = []
        for place in places {
            let parts = place.split(
                separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw VaultError(.usage, "\(place) names no record: say COLLECTION/RECORD")
            }
            let record = try vault.get(String(parts[0]), String(parts[1]))
            links.append("\(parts[0])/\(record.id)")
        }
        return links
    }
}

extension Files.Added {
    internal init(_ added: FileAdd.Added) {
        name = added.file.name.text
        switch added.outcome {
        case .created: outcome = .added
        case .updated: outcome = .replaced
        case .unchanged, .skipped: outcome = .unchanged
        }
        file = VaultFile(added.file)
        stored = added.stored
        newChunks = added.newChunks
        sharedChunks = added.sharedChunks
        failure = nil
    }

    internal init(_ name: String, _ outcome: Outcome) {
        self.init(name: name, outcome: outcome, failure: nil)
    }

    internal init(_ name: String, _ failure: VaultError) {
        self.init(name: name, outcome: .failed, failure: failure)
    }

    private init(name: String, outcome: Outcome, failure: VaultError?) {
        self.name = name
        self.outcome = outcome
        self.failure = failure
        file = nil
        (stored, newChunks, sharedChunks) = (0, 0, 0)
    }
}
