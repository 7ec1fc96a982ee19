import CofferBytes
import CofferCare
import CofferFormat
import CofferKeys
import CofferRecords
import CofferSQLite
import CofferStore

/// Opens a vault with the root key at hand, reads everything in every way and checks it, and
/// holds what is shown against what is true.
struct Examiner {
    /// What became of an attack.
    enum Outcome {
        /// The vault did not open.
        case refused(String)
        /// It opened, and the check has named what is wrong; or could not get to its end.
        case named([String])
        /// Everything was read as it is, and the check found nothing.
        case silent
        /// Only a reading has noticed, the check has not.
        case unnamed(String)
        /// Something false was shown.
        case lie(String)
    }

    let truth: [String: [Identifier: String]]
    let root: RootKey

    /// How many records of each collection a full run looks up one by one.
    let lookups: Int
    /// What was true earlier.
    let older: [String: [Identifier: String]]

    init(
        _ sample: Sample, truth: [String: [Identifier: String]]? = nil,
        older: [String: [Identifier: String]] = [:], lookups: Int = .max
    ) {
        self.lookups = lookups
        self.truth = truth ?? sample.truth
        self.older = older
        root = sample.root
    }

    func examine(_ path: String, state: String? = nil) -> Outcome {
        let store: Store
        do {
            store = try Store(
                opening: path, isReadOnly: false, environment: Sample.environment(state: state))
            try store.unlock(root: root)
        } catch { return Self.refusal(error) }
        let records = Records(store)
        var reading = Reading(truth: truth, older: older, lookups: lookups)
        do {
            try records.read { try reading.readAll($0) }
        } catch { reading.refusals.append("\(error)") }
        if let lie = reading.lie { return .lie(lie) }
        do {
            let report = try VaultCheck(records).run()
            let found = report.findings.filter { $0.severity != .info }
                .map { "\($0.code): \($0.place)" }
            if !found.isEmpty { return .named(found) }
        } catch {
            guard Self.isExpected(error) else { return .unnamed("check: \(error)") }
            return .named(["check ended: \(error)"])
        }
        if let refusal = reading.refusals.first { return .unnamed(refusal) }
        return .silent
    }

    /// Everything that a vault shows.
    static func everything(in records: Records) throws -> [String: [Identifier: String]] {
        var all: [String: [Identifier: String]] = [:]
        try records.read { reader in
            for plan in try reader.plans() {
                var shown: [Identifier: String] = [:]
                try reader.scan(plan) { record in
                    shown[record.id] = Reading.text(record)
                    return true
                }
                all[plan.name] = shown
            }
        }
        return all
    }

    private static func refusal(_ error: any Error) -> Outcome {
        isExpected(error) ? .refused("\(error)") : .unnamed("open: \(error)")
    }

    /// Whether an error says that the vault is not right, rather than that we are not.
    private static func isExpected(_ error: any Error) -> Bool {
        switch error {
        case let error as StoreError:
            switch error {
            case .damaged, .older, .notAVault, .newerFormat: return true
            default: return false
            }
        case let error as KeysError:
            switch error {
            case .wrongSecret, .damaged: return true
            default: return false
            }
        case let error as SQLiteError:
            // A file whose write version SQLite does not know is opened for reading alone.
            return [.corrupt, .notADatabase, .readOnly].contains(error.code.primary)
        default: return error is RecordsError
        }
    }
}

/// One reading of everything, by scan, by id and by index.
struct Reading {
    let truth: [String: [Identifier: String]]
    var lie: String?
    var refusals: [String] = []

    /// Whether a record was as it was earlier.
    private let older: [String: [Identifier: String]]

    private let lookups: Int

    init(
        truth: [String: [Identifier: String]], older: [String: [Identifier: String]],
        lookups: Int
    ) {
        self.lookups = lookups
        self.truth = truth
        self.older = older
    }

    static func text(_ record: Record) -> String {
        String(decoding: JSON.write(record.value), as: UTF8.self)
            + " \(record.rid) \(record.sequence) \(record.header)"
    }

    mutating func readAll(_ reader: RecordReader) throws {
        let plans = try reader.plans()
        let names = Set(plans.map(\.name))
        if names != Set(truth.keys) { lie = "collections \(names.sorted())" }
        for plan in plans {
            guard let wanted = truth[plan.name] else { continue }
            scan(plan, reader, wanted)
            for id in Thoroughness.some(wanted.keys.sorted(), 4, most: lookups) {
                look(id, plan, reader, wanted)
            }
        }
    }

    private mutating func scan(
        _ plan: CollectionPlan, _ reader: RecordReader, _ wanted: [Identifier: String]
    ) {
        var seen: Set<Identifier> = []
        do {
            try reader.scan(plan) { record in
                compare(record, plan, wanted)
                if !seen.insert(record.id).inserted { lie = "\(plan.name) \(record.id) twice" }
                return true
            }
            if seen.count != wanted.count, older.isEmpty {
                lie = "\(plan.name): \(seen.count) records"
            }
        } catch { refusals.append("\(error)") }
    }

    private mutating func look(
        _ id: Identifier, _ plan: CollectionPlan, _ reader: RecordReader,
        _ wanted: [Identifier: String]
    ) {
        do {
            guard let record = try reader.get(id, in: plan) else {
                refusals.append("\(plan.name) \(id) is not found")
                return
            }
            compare(record, plan, wanted)
            for name in ["name", "email", "year", "mood", "weight", "house", "liege"] {
                guard let value = record.value[name], value != .null else { continue }
                guard let found = try reader.find(name, equals: value, in: plan) else { continue }
                for record in found {
                    compare(record, plan, wanted)
                    if record.value[name] != value { lie = "found by another \(name)" }
                }
                if !found.contains(where: { $0.id == id }) {
                    refusals.append("\(plan.name) \(id) is not found by \(name)")
                }
            }
        } catch { refusals.append("\(error)") }
    }

    private mutating func compare(
        _ record: Record, _ plan: CollectionPlan, _ wanted: [Identifier: String]
    ) {
        let shown = Self.text(record)
        if wanted[record.id] != shown {
            guard older[plan.name]?[record.id] != shown else {
                refusals.append("\(plan.name) \(record.id) is older")
                return
            }
            lie = "\(plan.name) \(record.id): \(shown)"
        }
    }
}

extension Examiner.Outcome {
    /// Whether the attack was refused or named.
    var isCaught: Bool {
        switch self {
        case .refused, .named: true
        default: false
        }
    }

    /// A word for counting.
    var word: String {
        switch self {
        case .refused: "refused"
        case .named: "named"
        case .silent: "silent"
        case .unnamed: "unnamed"
        case .lie: "lie"
        }
    }
}
