internal import CCofferBench
internal import Coffer
internal import CofferBytes
internal import CofferRecords
internal import Glibc

/// Records of eight sealed fields and 1,000 bytes against rows of plain SQLite and of SQLCipher.
internal final class RecordBench {
    private static let points = 20_000
    private static let hot = 1_000
    private static let transactions = 1_000
    private let set: RecordSet
    private let folder: String
    private let only: String
    private var figures: [Figure] = []

    /// - Parameter only: The beginning of the names of what is measured; empty for everything.
    internal static func run(rows: Int, rounds: Int, isJSON: Bool, only: String) throws {
        let bench = RecordBench(rows: rows, only: only)
        for _ in 0..<rounds { try bench.round() }
        for figure in bench.figures { Report.line(isJSON ? figure.json : figure.text) }
    }

    private init(rows: Int, only: String) {
        self.only = only
        set = RecordSet(count: rows)
        folder = "/tmp/coffer-bench-\(getpid())"
        _ = unsafe mkdir(folder, 0o700)
    }

    deinit { _ = unsafe rmdir(folder) }

    private func round() throws {
        for engine in Peer.Engine.allCases {
            guard let peer = try Peer(engine, in: folder) else { continue }
            try measure(peer, as: engine.name)
        }
        let vault = try BenchVault(
            at: folder + "/bench.coffer",
            schemas: [SchemaSource(name: "rows", json: Array(RecordSet.schema.utf8))])
        try measure(vault)
    }

    private func note(_ what: String, _ unit: String, _ who: String, _ value: Double) {
        var place = figures.firstIndex { $0.what == what }
        if place == nil {
            figures.append(Figure(what: what, unit: unit))
            place = figures.count - 1
        }
        if let place { figures[place].values[who, default: []].append(value) }
    }

    /// Times `body`, whose work is to be done `count` times a second.
    private func timed(
        _ what: String, _ who: String, _ count: Int, _ body: () throws -> Int64
    ) throws {
        guard what.hasPrefix(only) || what == "bulk insert" else { return }
        let start = Report.now()
        let bytes = try body()
        let rate = Double(count) / (Report.now() - start) * 1e9
        note(what, "/s", who, rate)
        // SQL is all that a peer has.
        if who != Self.us, what.hasPrefix("scan") { note(what + ", SQL", "/s", who, rate) }
        guard bytes > 0 else { throw BenchFailure(what: "\(what) gave nothing for \(who)") }
    }

    private func scanned(_ bytes: Int64, _ fields: Int) throws -> Int64 {
        guard bytes == set.bytes / Int64(RecordSet.fields) * Int64(fields) else {
            throw BenchFailure(what: "a scan gave \(bytes) bytes")
        }
        return bytes
    }
}

extension RecordBench {
    private func measure(_ peer: Peer, as who: String) throws {
        try timed("bulk insert", who, set.count) {
            try peer.run("BEGIN IMMEDIATE")
            try peer.insert(set, 0..<set.count)
            try peer.run("COMMIT")
            return 1
        }
        let order = set.order(Self.points)
        try timed("point read", who, Self.points) { try peer.points(set, order) }
        let hot = order.map { $0 % Int32(Self.hot) }
        try timed("hot point read", who, Self.points) { try peer.points(set, hot) }
        for _ in 0..<2 {
            try timed("scan, all fields", who, set.count) {
                let list = (1...RecordSet.fields).map { "f\($0)" }.joined(separator: ", ")
                return try scanned(
                    try peer.scan("SELECT \(list) FROM rows"), RecordSet.fields)
            }
            try timed("scan, one field", who, set.count) {
                try scanned(try peer.scan("SELECT f3 FROM rows"), 1)
            }
        }
        note("size", "bytes", who, try peer.size())
        try peer.run("DELETE FROM rows WHERE rid > \(set.count - Self.transactions)")
        try timed("transaction of one row", who, Self.transactions) {
            for row in set.count - Self.transactions..<set.count {
                try peer.insert(set, row..<row + 1)
            }
            return 1
        }
    }
}

extension RecordBench {
    private static let us = "Coffer"

    private func measure(_ bench: BenchVault) throws {
        try insert(bench.vault)
        let order = set.order(Self.points)
        let ids = order.map { set.id(Int($0)).description }
        let hot = order.map { set.id(Int($0) % Self.hot).description }
        for (what, names) in [("point read", ids), ("hot point read", hot)] {
            // A record that is read for the first time is what the first one measures.
            bench.vault.limitCache(to: what == "point read" ? 0 : 32 << 20)
            try timed(what, Self.us, names.count) {
                var bytes: Int64 = 0
                for name in names {
                    bytes += Int64(try bench.vault.get("rows", name).fields.count)
                }
                return bytes
            }
        }
        let list = (1...RecordSet.fields).map { "f\($0)" }
        for _ in 0..<2 {
            for (what, fields) in [("scan, all fields", list), ("scan, one field", ["f3"])] {
                try timed(what, Self.us, set.count) {
                    try scanned(try scan(bench.vault, fields), fields.count)
                }
                try timed(what + ", SQL", Self.us, set.count) {
                    var bytes: Int64 = 0
                    let sql = "SELECT \(fields.joined(separator: ", ")) FROM rows"
                    try bench.vault.query(sql) { row in
                        for index in fields.indices {
                            if case .text(let text) = row[index] { bytes += Int64(text.utf8.count) }
                        }
                        return true
                    }
                    return try scanned(bytes, fields.count)
                }
            }
        }
        note("size", "bytes", Self.us, Double(try bench.size()))
        let ready = (set.count - Self.transactions..<set.count).map { set.record($0) }
        try bench.vault.records.write { writer in
            let plan = try writer.plan(named: "rows")
            for row in set.count - Self.transactions..<set.count {
                _ = try writer.delete(set.id(row), in: plan)
            }
        }
        try timed("transaction of one row", Self.us, Self.transactions) {
            for (index, record) in ready.enumerated() {
                try bench.vault.records.write { writer in
                    let plan = try writer.plan(named: "rows")
                    let id = set.id(set.count - Self.transactions + index)
                    _ = try writer.put(record, in: plan, id: id, existing: .fail)
                }
            }
            return 1
        }
    }

    private func scan(_ vault: Vault, _ fields: [String]) throws -> Int64 {
        var bytes: Int64 = 0
        try vault.read { transaction in
            try transaction.scan("rows", fields: fields) { row in
                for index in fields.indices {
                    try row.withText(index) { bytes += Int64($0.count) }
                }
                return true
            }
        }
        return bytes
    }

    /// The records are made beforehand, as the texts of the peers are.
    private func insert(_ vault: Vault) throws {
        let ready = (0..<set.count).map { set.record($0) }
        let start = Report.now()
        try set.insert(ready, into: vault)
        note("bulk insert", "/s", Self.us, Double(set.count) / (Report.now() - start) * 1e9)
    }
}
