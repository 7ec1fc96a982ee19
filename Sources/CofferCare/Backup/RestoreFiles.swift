internal import CofferBundles
internal import CofferBytes
internal import CofferChunks
internal import CofferFormat
package import CofferRecords
internal import CofferSchema
internal import CofferStore

/// Fetches a file, or all below a folder, from a chain of bundles into a vault.
///
/// What a file of the vault has lost comes back with it: chunks that do not verify are replaced.
package struct RestoreFiles {
    private let chain: VerifiedChain
    private let records: Records
    private let progress: (UInt64, UInt64) throws -> Void

    /// Prepares one.
    ///
    /// - Parameter progress: Hears how many entries are read, and how many there are; throws to
    ///   cancel.
    package init(
        _ verified: VerifiedChain, into records: Records,
        progress: @escaping (UInt64, UInt64) throws -> Void = { _, _ in }
    ) {
        chain = verified
        self.records = records
        self.progress = progress
    }

    /// Fetches them, in one transaction.
    ///
    /// - Parameters:
    ///   - name: A file, or a folder of files.
    ///   - existing: What happens with a file that is there: `update` makes it as the bundles have
    ///     it, `skip` leaves it, and `copy` puts the other beside it, under a name of its own.
    ///   - isTried: Whether everything is taken back at the end.
    /// - Throws: `FileError.noFile`, `.inTheWay`; `BackupError.damaged` where the bundles lack
    ///   bytes of a file; `ChunkError`; otherwise as `RestoreRecords.run`.
    package func run(
        _ name: String, existing: RecordWriter.Existing, isTried: Bool
    ) throws -> RestoreRecords.Outcome {
        var outcome = RestoreRecords.Outcome()
        do {
            try records.write { writer in
                let taking = try Taking(records, writer, chain, name, existing)
                try ChainReader(chain.bundles, chain.trust, taking, progress: progress).read()
                outcome = try taking.finish()
                guard outcome.found > 0 else { throw FileError.noFile(name: name) }
                if isTried { throw Tried() }
                try writer.transaction.audit(
                    "restore-files",
                    [
                        AuditEntry.Detail(
                            "bundle", chain.bundles[0].manifest.bundle.description),
                        AuditEntry.Detail("created", "\(outcome.created)"),
                        AuditEntry.Detail("updated", "\(outcome.updated)"),
                    ])
            }
        } catch is Tried {}
        return outcome
    }

    private struct Tried: Error {}

    /// Takes the records of the files that are wanted, and of the chunks those that they need.
    private final class Taking: ChainReader.Receiver {
        private let writer: RecordWriter
        private let wanted: String
        private let existing: RecordWriter.Existing
        private let intake: ChunkIntake
        private let proof: ChunkProof?
        private let path: String
        private var values: StreamValues?
        private var number: UInt32?
        private var there: Set<FileName> = []
        private var folders: Set<String> = []
        private var files: [(file: StoredFile, created: Int64)] = []
        /// The chunks that they need: how the vault names them, once it has them.
        private var chunks: [[UInt8]: ChunkList.Item?] = [:]
        private var skipped: UInt64 = 0

        init(
            _ records: Records, _ writer: RecordWriter, _ chain: VerifiedChain, _ wanted: String,
            _ existing: RecordWriter.Existing
        ) throws {
            self.writer = writer
            self.wanted = wanted
            self.existing = existing
            path = chain.bundles[0].path
            intake = try ChunkIntake(
                records.store, writer.transaction, threads: max(0, WorkThread.cores - 1))
            proof = (try? ChunkKeys(chain.trust.keyring)).map(ChunkProof.init)
            try FileCatalog(writer.reader).each { file in
                there.insert(file.name)
                folders.formUnion(file.name.folders)
                return true
            }
        }

        func begin(_ standing: StreamStanding, _ definitions: [Definition]) throws {
            guard let definition = definitions.last(where: StoredFile.collection.isDefined(by:))
            else { return }
            values = try StreamValues(definition)
            number = definition.collection
        }

        func record(_ record: StreamRecord, key: Identifier?, collection: UInt32) throws {
            guard collection == number, let values,
                let file = StoredFile(try values.value(of: record)), file.name.isBelow(wanted)
            else { return }
            if case .skip = existing, there.contains(file.name) {
                skipped += 1
                return
            }
            files.append((file, record.header.created))
            for item in file.chunks.items where chunks[item.name] == nil {
                let known = try intake.has(item) ? item : nil
                chunks.updateValue(known, forKey: item.name)
            }
        }

        func chunk(_ chunk: StreamChunk) throws {
            guard case .some(.none) = chunks[chunk.name] else { return }
            guard let plain = proof?.plain(of: chunk) else {
                throw BackupError.damaged(
                    path: path, reason: "bytes of a file are not those that they are named for")
            }
            try intake.take(plain) { [weak self] in
                self?.chunks.updateValue($0, forKey: chunk.name)
            }
        }

        /// Writes the records, once every chunk is there.
        func finish() throws -> RestoreRecords.Outcome {
            try intake.finish()
            var outcome = RestoreRecords.Outcome()
            outcome.skipped = skipped
            let plan = try StoredFile.collection.plan(writer)
            for (file, created) in files {
                var file = file
                file.chunks.items = try file.chunks.items.map { item in
                    guard let found = chunks[item.name] ?? nil, found.size == item.size else {
                        throw BackupError.damaged(
                            path: path, reason: "it lacks bytes of the file \(file.name)")
                    }
                    return found
                }
                if case .copy = existing { file = try copy(file) }
                try expectRoom(for: file.name)
                let written = try writer.put(
                    file.record, in: plan, existing: .update, created: created)
                switch written.outcome {
                case .created: outcome.created += 1
                case .updated: outcome.updated += 1
                case .unchanged, .skipped: outcome.unchanged += 1
                }
            }
            return outcome
        }

        /// The file under a name that is free, unless it is there with this content.
        private func copy(_ file: StoredFile) throws -> StoredFile {
            guard there.contains(file.name),
                try FileCatalog(writer.reader).file(file.name).sha256 != file.sha256
            else { return file }
            var number = 2
            while true {
                let name = try file.name.numbered(number)
                guard there.contains(name) || folders.contains(name.text) else {
                    there.insert(name)
                    return file.named(name)
                }
                number += 1
            }
        }

        private func expectRoom(for name: FileName) throws {
            guard !folders.contains(name.text) else {
                throw FileError.inTheWay(name: name.text, other: name.text + "/…")
            }
            for folder in name.folders {
                if let above = try? FileName(folder), there.contains(above) {
                    throw FileError.inTheWay(name: name.text, other: folder)
                }
            }
        }

        func version(_ record: StreamRecord, key: Identifier?, collection: UInt32) {}
        func tombstone(_ tombstone: Tombstone, sequence: UInt64) {}
        func audit(_ number: UInt64, seal: [UInt8]) {}
    }
}

extension FileName {
    /// The name with a number before its ending: `a.png` becomes `a (2).png`.
    ///
    /// - Throws: `tooLong`.
    fileprivate func numbered(_ number: Int) throws(Problem) -> FileName {
        let start = text.utf8.lastIndex(of: UInt8(ascii: "/")).map(text.utf8.index(after:))
        let segment = text[(start ?? text.startIndex)...]
        guard let dot = segment.utf8.lastIndex(of: UInt8(ascii: ".")), dot > segment.startIndex
        else { return try FileName("\(text) (\(number))") }
        return try FileName("\(text[..<dot]) (\(number))\(text[dot...])")
    }
}

extension StoredFile {
    /// The same under another name; what it came from has that one's.
    fileprivate func named(_ name: FileName) -> StoredFile {
        StoredFile(
            name: name, size: size, sha256: sha256, media: media, modified: modified,
            chunks: chunks, source: nil, links: links)
    }
}
