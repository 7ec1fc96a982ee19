import CofferBundles
import CofferBytes
import CofferCrypto
import CofferFormat
import CofferKeys
import CofferRecords
import CofferStore

@testable import Coffer
@testable import CofferCare

/// Writes bundles that are signed and sealed as they should be, and hold what no vault has had.
struct StreamForgery {
    /// What is put in the place of other bytes of as many, in a batch that holds a mark.
    struct Change {
        let mark: String
        let old: String
        let new: String
    }

    private let root: RootKey

    init(_ vault: Vault) throws { root = try vault.store.frame().keyring.root }

    /// Writes a bundle again, with the keys of its vault.
    ///
    /// - Returns: How many batches were changed.
    @discardableResult
    func forge(
        _ path: String, to other: String, _ change: Change? = nil,
        end alter: (inout StreamEnd) -> Void = { _ in }
    ) throws -> Int {
        let bundle = try BundleReader(at: path)
        let old = bundle.manifest
        let trust = try BundleTrust(bundle, root: root)
        let keys = try trust.keys(of: bundle)
        var persons: [Identifier: FieldKey] = [:]
        for row in trust.rows.subjects {
            let key = try Keyring.open(
                number: row.number, who: row.who, seal: row.seal, root: root, vault: old.vault)
            persons[key.facts.id] = key.fieldKey()
        }
        let opener = StreamOpener(
            vault: old.vault, bundle: old.bundle, key: keys.sealing, count: old.members.count,
            read: { try bundle.read(.records($0)) }, person: { persons[$0] })
        let signing = try trust.keyring.active(.signing)
        let file = BundleFile(
            try BundleWriter(at: other, replacing: true), signingKey: signing.signingKey(),
            keyID: Array(signing.facts.id.bytes.prefix(Minisign.keyIDSize)))
        defer { file.discard() }
        for member in [BundleMember.readme, .keyring, .subjects, .signers] {
            try file.add(member, try bundle.read(member))
        }
        let sealer = StreamSealer(
            vault: old.vault, bundle: old.bundle, key: keys.sealing, randomness: .system
        ) { number, bytes in try file.add(.records(number), bytes) }
        defer { sealer.stop() }
        let sums = StreamSums(keys.mac)
        var end = StreamEnd()
        var changed = 0
        while var batch = try opener.next() {
            if let change, Self.apply(change, to: &batch) { changed += 1 }
            try Self.add(batch, to: sums)
            if batch.kind == .end {
                end = try StreamEnd(parsing: batch.parts[0].bytes ?? [])
                end.ownSum = sums.sum
                alter(&end)
                batch.parts[0].bytes = end.bytes
            }
            try sealer.add(batch, keys: batch.parts.dropFirst().compactMap { persons[$0.key] })
        }
        try sealer.finish()
        _ = try file.finish { members in
            Manifest(
                vault: old.vault, instance: old.instance, bundle: old.bundle, kind: old.kind,
                parent: old.parent, key: old.key, epoch: old.epoch, generation: old.generation,
                after: old.after, sequence: old.sequence, created: old.created,
                entries: old.entries, live: old.live, members: members,
                digest: StreamCodes.digest(
                    end, key: keys.mac, vault: old.vault, bundle: old.bundle),
                audit: old.audit)
        }
        return changed
    }

    private static func apply(_ change: Change, to batch: inout StreamBatch) -> Bool {
        let (mark, old, new) = (Array(change.mark.utf8), Array(change.old.utf8), change.new.utf8)
        guard batch.kind == .records, var bytes = batch.parts[0].bytes,
            !bytes.ranges(of: mark).isEmpty, let place = bytes.ranges(of: old).first,
            old.count == new.count
        else { return false }
        bytes.replaceSubrange(place, with: new)
        batch.parts[0].bytes = bytes
        return true
    }

    /// Sums the entries of a batch as whoever reads it does.
    private static func add(_ batch: StreamBatch, to sums: StreamSums) throws {
        let bytes = batch.parts[0].bytes ?? []
        switch batch.kind {
        case .records, .history:
            var cursors = batch.parts.map { $0.bytes.map(StreamCursor.init) }
            for _ in 0..<batch.count {
                try sums.add(batch, try StreamRecord(batch.kind, &cursors))
            }
        case .tombstones, .audit:
            var cursor = StreamCursor(bytes)
            for _ in 0..<batch.count {
                let start = cursor.offset
                let number = try cursor.varint()
                if batch.kind == .audit {
                    _ = try cursor.prefixed32(limit: 2 * AuditEntry.sizeLimit)
                } else {
                    _ = try cursor.range(Tombstone.size)
                }
                try sums.add(batch.kind, number, bytes[start..<cursor.offset])
            }
        default: return
        }
    }
}
