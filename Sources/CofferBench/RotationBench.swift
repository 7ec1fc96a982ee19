internal import Coffer
internal import CofferBytes
internal import CofferFormat
internal import CofferRecords
internal import Glibc
internal import Synchronization

/// New keys for all records against the bulk insert of the same records: alone, and beside two who
/// read and one who writes.
internal struct RotationBench {
    private let set: RecordSet
    private let path: String
    private var inserts: [Double] = []
    private var alone: [Double] = []
    private var beside: [Double] = []
    private var gaps: [Double] = []
    private var reads = 0
    private var writes = 0

    internal static func run(rows: Int, rounds: Int) throws {
        var bench = RotationBench(rows: rows)
        for _ in 0..<rounds { try bench.round() }
        Report.pair(
            "rotate data, alone", bench.alone, bench.inserts, unit: "s", peer: "bulk insert")
        Report.pair(
            "rotate data, beside two readers and a writer", bench.beside, bench.inserts,
            unit: "s", peer: "bulk insert")
        Report.line(
            "meanwhile: \(bench.reads) reads, \(bench.writes) writes, none failed and none lost; "
                + "longest gap of a reader \(Report.number(Report.median(bench.gaps))) ms "
                + "(\(Report.number(bench.gaps.max() ?? 0)) at most)")
    }

    private init(rows: Int) {
        set = RecordSet(count: rows)
        path = "/tmp/coffer-bench-\(getpid()).coffer"
    }

    private mutating func round() throws {
        let bench = try BenchVault(
            at: path, schemas: [SchemaSource(name: "rows", json: Array(RecordSet.schema.utf8))])
        let ready = (0..<set.count).map { set.record($0) }
        var start = Report.now()
        try set.insert(ready, into: bench.vault)
        inserts.append((Report.now() - start) / 1e9)
        start = Report.now()
        try rotate(bench.vault)
        alone.append((Report.now() - start) / 1e9)
        try rotateBesideOthers(bench)
    }

    private func rotate(_ vault: Vault) throws {
        let done = try vault.rotateKeys(.data)
        guard done.isOver, done.isScrubbed || done.moved >= UInt64(set.count) else {
            throw BenchFailure(what: "the rotation did not end")
        }
    }

    private mutating func rotateBesideOthers(_ bench: BenchVault) throws {
        let readers = try (0..<2).map { Reader(try bench.another(), set, first: $0 * 7) }
        let writer = Writer(try bench.another(), set)
        let workers = readers as [any Worker] + [writer]
        for worker in workers {
            guard WorkThread.start({ worker.work() }) else {
                throw BenchFailure(what: "there is no thread")
            }
        }
        let start = Report.now()
        let result = Result { try rotate(bench.vault) }
        beside.append((Report.now() - start) / 1e9)
        for worker in workers { worker.flags.isOver.store(true, ordering: .relaxed) }
        for worker in workers {
            while !worker.flags.isDone.load(ordering: .acquiring) { _ = usleep(1_000) }
        }
        try result.get()
        for reader in readers {
            guard reader.failures == 0 else { throw BenchFailure(what: "a read failed") }
            gaps.append(reader.longest / 1e6)
            reads += reader.count
        }
        if let failure = writer.failures.first {
            throw BenchFailure(what: "\(writer.failures.count) writes failed: \(failure)")
        }
        writes += writer.count
        for number in 0..<writer.count {
            let found = try bench.vault.get("rows", Writer.key(number).description)
            guard found.fullJSON.contains("\"late \(number)\"") else {
                throw BenchFailure(what: "write \(number) is lost")
            }
        }
    }
}

/// Somebody who uses the vault while its keys are changed.
private protocol Worker: AnyObject, Sendable {
    var flags: Flags { get }
    func work()
}

/// What a worker and whoever waits for it tell each other.
private final class Flags: Sendable {
    let isOver = Atomic(false)
    let isDone = Atomic(false)
}

/// Reads one record after the other, all over the collection.
private final class Reader: Worker, @unchecked Sendable {
    // Sendable is true because the figures are read when its thread has said that it is done.
    let flags = Flags()
    private(set) var count = 0
    private(set) var failures = 0
    private(set) var longest = 0.0
    private let vault: Vault
    private let set: RecordSet
    private let first: Int

    init(_ vault: Vault, _ set: RecordSet, first: Int) {
        self.vault = vault
        self.set = set
        self.first = first
        vault.limitCache(to: 0)
    }

    func work() {
        var last = Report.now()
        var row = first
        defer { flags.isDone.store(true, ordering: .releasing) }
        while !flags.isOver.load(ordering: .relaxed) {
            row = (row + 7_919) % set.count
            if (try? vault.get("rows", set.id(row).description))?.fields.count == RecordSet.fields {
                count += 1
            } else {
                failures += 1
            }
            let now = Report.now()
            longest = max(longest, now - last)
            last = now
        }
    }
}

/// Adds one record after the other, each in a transaction of its own.
private final class Writer: Worker, @unchecked Sendable {
    // Sendable is true as for a reader.
    let flags = Flags()
    private(set) var count = 0
    /// Why writes failed.
    private(set) var failures: [String] = []
    private let vault: Vault

    init(_ vault: Vault, _ set: RecordSet) { self.vault = vault }

    /// The id of what is written.
    static func key(_ number: Int) -> Identifier {
        let bytes = [UInt8](repeating: 7, count: 8) + UInt64(number).bigEndianBytes
        return Identifier(version: 8, from: bytes.span)
    }

    func work() {
        defer { flags.isDone.store(true, ordering: .releasing) }
        while !flags.isOver.load(ordering: .relaxed) {
            let record = Value.object([Value.Member("f1", .text("late \(count)"))])
            do {
                try vault.records.write { writer in
                    _ = try writer.put(
                        record, in: try writer.plan(named: "rows"), id: Self.key(count),
                        existing: .fail)
                }
                count += 1
            } catch { failures.append("\(error)") }
        }
    }
}
