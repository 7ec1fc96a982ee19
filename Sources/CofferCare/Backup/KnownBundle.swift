internal import CofferBundles
package import CofferBytes
internal import CofferDisk
internal import CofferFormat
internal import CofferRecords

/// A bundle that the vault has made, as it remembers it.
///
/// Only such a bundle can be continued: what stands beside it in a folder proves nothing.
package struct KnownBundle: Equatable, Sendable {
    /// Its id.
    package var bundle: Identifier
    /// Its content id, which the bundle that continues it names.
    package var content: [UInt8]
    /// Whether it holds everything.
    package var isFull: Bool
    /// The content id of the bundle that it continues.
    package var parent: [UInt8]?
    /// The instance of the vault that made it.
    package var instance: Identifier
    /// The epoch in which it was made.
    package var epoch: UInt64
    /// The generation of the vault that it holds.
    package var generation: UInt64
    /// The last change that it holds.
    package var sequence: UInt64
    /// The first audit entry that it does not hold.
    package var nextAudit: UInt64
    /// The first older version that it does not hold, by collection.
    package var nextHistory: [UInt32: UInt64]
    /// The newest revision of its keyring.
    package var revision: UInt64
    /// When it was made, in milliseconds since 1970.
    package var created: Int64
    /// How many bytes it has.
    package var size: UInt64
    /// How many records the vault had.
    package var records: UInt64
    /// The name of its file.
    package var name: String
    /// The folder that it was written to.
    package var folder: String
    /// The id of the key that it is sealed under.
    package var key: Identifier

    internal static let collection = SystemCollection(
        "bundles", key: "bundle",
        schema: """
            {"type":"object","additionalProperties":false,\
            "required":["bundle","content","full","instance","epoch","generation","sequence",\
            "nextAudit","nextHistory","revision","created","size","records","name","folder",\
            "key"],"properties":{"bundle":{"type":"string"},"content":{"type":"string"},\
            "full":{"type":"boolean"},"parent":{"type":"string"},"instance":{"type":"string"},\
            "epoch":{"type":"integer"},"generation":{"type":"integer"},\
            "sequence":{"type":"integer"},"nextAudit":{"type":"integer"},\
            "nextHistory":{"type":"object"},"revision":{"type":"integer"},\
            "created":{"type":"integer"},"size":{"type":"integer"},\
            "records":{"type":"integer"},"name":{"type":"string"},"folder":{"type":"string"},\
            "key":{"type":"string"}}}
            """)
}

extension KnownBundle {
    /// Reads one; nil for a record that is none.
    internal init?(_ record: Value) {
        func text(_ name: String) -> String? {
            guard case .text(let text)? = record[name] else { return nil }
            return text
        }
        func number(_ name: String) -> UInt64? {
            guard case .integer(let number)? = record[name] else { return nil }
            return UInt64(exactly: number)
        }
        guard let bundle = text("bundle").flatMap(Identifier.init(text:)),
            let content = text("content").flatMap(Hex.decode),
            case .bool(let isFull)? = record["full"],
            let instance = text("instance").flatMap(Identifier.init(text:)),
            let epoch = number("epoch"), let generation = number("generation"),
            let sequence = number("sequence"), let nextAudit = number("nextAudit"),
            case .object(let histories)? = record["nextHistory"],
            let revision = number("revision"), let created = number("created"),
            let size = number("size"), let records = number("records"),
            let name = text("name"), let folder = text("folder"),
            let key = text("key").flatMap(Identifier.init(text:))
        else { return nil }
        self.bundle = bundle
        self.content = content
        self.isFull = isFull
        parent = text("parent").flatMap(Hex.decode)
        self.instance = instance
        self.epoch = epoch
        self.generation = generation
        self.sequence = sequence
        self.nextAudit = nextAudit
        nextHistory = [:]
        for member in histories {
            guard let collection = UInt32(member.name), case .integer(let next) = member.value
            else { return nil }
            nextHistory[collection] = UInt64(exactly: next)
        }
        self.revision = revision
        self.created = Int64(clamping: created)
        self.size = size
        self.records = records
        self.name = name
        self.folder = folder
        self.key = key
    }

    /// The record of it.
    internal var record: Value {
        func number(_ value: UInt64) -> Value { .integer(Int64(clamping: value)) }
        var members = [
            Value.Member("bundle", .text(bundle.description)),
            Value.Member("content", .text(Hex.encode(content))),
            Value.Member("full", .bool(isFull)),
            Value.Member("instance", .text(instance.description)),
            Value.Member("epoch", number(epoch)), Value.Member("generation", number(generation)),
            Value.Member("sequence", number(sequence)),
            Value.Member("nextAudit", number(nextAudit)),
            Value.Member(
                "nextHistory",
                .object(
                    nextHistory.sorted { $0.key < $1.key }.map {
                        Value.Member("\($0.key)", number($0.value))
                    })),
            Value.Member("revision", number(revision)), Value.Member("created", .integer(created)),
            Value.Member("size", number(size)), Value.Member("records", number(records)),
            Value.Member("name", .text(name)), Value.Member("folder", .text(folder)),
            Value.Member("key", .text(key.description)),
        ]
        if let parent { members.append(Value.Member("parent", .text(Hex.encode(parent)))) }
        return .object(members)
    }
}

extension KnownBundle {
    /// The state of a vault that a bundle holds: two bundles of one instant hold the same.
    internal struct Instant: Hashable {
        private let instance: Identifier
        private let epoch: UInt64
        private let generation: UInt64
        private let sequence: UInt64
        private let created: Int64

        init(_ known: KnownBundle) {
            (instance, epoch, generation) = (known.instance, known.epoch, known.generation)
            (sequence, created) = (known.sequence, known.created)
        }

        init(_ manifest: Manifest) {
            (instance, epoch) = (manifest.instance, manifest.epoch)
            (generation, sequence) = (manifest.generation, manifest.sequence)
            created = manifest.created
        }
    }

    /// What is to be remembered of a bundle of the same instant, written in the place of this one.
    internal func standIn(
        _ bundle: BundleReader, in folder: String, on disk: any FileSystem
    ) -> KnownBundle {
        var known = self
        known.bundle = bundle.manifest.bundle
        known.content = bundle.contentID
        known.isFull = bundle.manifest.kind == .full
        known.parent = bundle.manifest.parent
        known.revision = bundle.keyring.revision
        known.size = bundle.size
        known.name = DiskPath.name(of: bundle.path)
        // The same folder may have been called otherwise when this one was made.
        let isOwn = (try? disk.exists(DiskPath.join(self.folder, known.name))) ?? false
        known.folder = isOwn ? self.folder : folder
        return known
    }
}

extension RecordReader {
    /// The bundles that the vault has made, oldest first.
    ///
    /// - Throws: As `scan(_:each:)`.
    internal func knownBundles() throws -> [KnownBundle] {
        guard let plan = try KnownBundle.collection.plan(self) else { return [] }
        var known: [KnownBundle] = []
        try scan(plan) { record in
            if let bundle = KnownBundle(record.value) { known.append(bundle) }
            return true
        }
        return known.sorted { ($0.epoch, $0.generation) < ($1.epoch, $1.generation) }
    }
}
