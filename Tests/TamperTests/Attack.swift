import Testing

/// A copy of the sample that an attack may change, and what came of it.
struct Attack {
    let sample: Sample
    let examiner: Examiner
    private let place: Place

    /// - Parameter olderIsKnown: Whether a whole record from the earlier file is no lie, as long
    ///   as the check names it: it was true once, and its own seal cannot say that it is not now.
    init(olderIsKnown: Bool = false) throws {
        sample = try Sample.shared.get()
        examiner = Examiner(sample, older: olderIsKnown ? sample.truthBefore : [:])
        place = try Place()
    }

    /// Changes a fresh copy and examines it.
    ///
    /// - Parameter change: Is given a plain connection to the copy.
    func callAsFunction(_ change: (RawDatabase) throws -> Void) throws -> Examiner.Outcome {
        try place.put(sample.now)
        do {
            let database = try RawDatabase(place.database)
            try change(database)
        }
        return examiner.examine(place.path)
    }

    /// A plain connection to an unchanged copy of some bytes.
    func database(_ bytes: [UInt8]? = nil) throws -> RawDatabase {
        try place.put(bytes ?? sample.now)
        return try RawDatabase(place.database)
    }

    /// The tables that hold rows, with the columns of each; the first is the key, or the first
    /// two for the catalog.
    static func tables(_ database: RawDatabase) throws -> [(name: String, columns: [String])] {
        let names = try database.run(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
        return try names.map { row in
            let name = row[0].string
            let columns = try database.run("PRAGMA table_info(\(name))").map { $0[1].string }
            return (name, columns)
        }
    }
}

/// Counts what came of many attacks and keeps those that were not caught.
struct Score: Sendable {
    private(set) var words: [String: Int] = [:]
    private(set) var missed: [String] = []
    var tried: Int { words.values.reduce(0, +) }

    mutating func take(_ outcome: Examiner.Outcome, _ what: @autoclosure () -> String) {
        words[outcome.word, default: 0] += 1
        if !outcome.isCaught { missed.append("\(what()): \(outcome)") }
    }

    /// Adds what came of other attacks.
    mutating func add(_ other: Score) {
        words.merge(other.words) { $0 + $1 }
        missed += other.missed
    }

    /// Prints the counts and holds that nothing was missed.
    func expectAllCaught(_ name: String, atLeast count: Int) {
        let counts = words.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        print("\(name): \(tried) attacks, \(counts.joined(separator: ", "))")
        #expect(tried >= count)
        #expect(missed.isEmpty, "\(missed.prefix(20).joined(separator: "\n"))")
    }
}
