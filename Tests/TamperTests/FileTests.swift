import CofferSQLite
import CofferStore
import Foundation
import Testing

/// The file as a whole, its header and its log.
@Suite struct FileTests {
    private static func pragma(_ pragma: String) throws -> Examiner.Outcome {
        try Attack()({ try $0.run("PRAGMA \(pragma)") })
    }

    @Test(arguments: ["user_version=0", "user_version=2", "user_version=-1", "application_id=0"])
    func anotherFormatOrKindIsRefused(_ setting: String) throws {
        let outcome = try Self.pragma(setting)
        guard case .refused = outcome else {
            Issue.record("\(setting): \(outcome)")
            return
        }
    }

    @Test func anotherPageSizeIsRefused() throws {
        let outcome = try Attack()({
            try $0.run("PRAGMA journal_mode=DELETE")
            try $0.run("PRAGMA page_size=4096")
            try $0.run("VACUUM")
            try $0.run("PRAGMA journal_mode=WAL")
        })
        guard outcome.isCaught else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test func aRollbackJournalInsteadOfALogShowsWhatIsTrue() throws {
        let outcome = try Attack()({ try $0.run("PRAGMA journal_mode=DELETE") })
        // The same content in another mode: nothing false, and nothing lost.
        if case .lie = outcome { Issue.record("\(outcome)") }
        if case .unnamed = outcome { Issue.record("\(outcome)") }
    }

    @Test func anotherTextEncodingIsCaught() throws {
        let attack = try Attack()
        let place = try Place()
        for encoding: UInt8 in [2, 3] {
            var bytes = attack.sample.now
            bytes[59] = encoding
            try place.put(bytes)
            let outcome = attack.examiner.examine(place.path)
            #expect(outcome.isCaught, "encoding \(encoding): \(outcome)")
        }
    }

    @Test func aTruncatedFileIsCaught() throws {
        let sample = try Sample.shared.get()
        let place = try Place()
        var score = Score()
        let lengths =
            [0, 1, 99, 100, sample.now.count - 1]
            + Array(stride(from: 512, to: sample.now.count, by: 512))
        for length in Thoroughness.some(lengths, 120) {
            try place.put(Array(sample.now.prefix(length)))
            score.take(Examiner(sample).examine(place.path), "\(length) bytes")
        }
        score.expectAllCaught("truncated files", atLeast: 100)
    }

    /// Pages after the ones that the header counts are no part of the database; SQLite does not
    /// read them, whatever they hold.
    @Test func appendedBytesShowNothing() throws {
        let sample = try Sample.shared.get()
        let place = try Place()
        let tails: [[UInt8]] = [
            [0], Array("garbage".utf8), [UInt8](repeating: 0xFF, count: 8_192),
            Array(sample.before.suffix(16_384)), sample.now,
        ]
        for tail in tails {
            try place.put(sample.now + tail)
            switch Examiner(sample).examine(place.path) {
            case .silent, .refused, .named: continue
            case let outcome: Issue.record("\(tail.count) bytes: \(outcome)")
            }
        }
    }

    @Test func aPageOfZerosIsCaughtOrWasEmpty() throws {
        let sample = try Sample.shared.get()
        let map = FileMap(sample.now)
        let place = try Place()
        var score = Score()
        for page in 0..<sample.now.count / map.pageSize {
            var bytes = sample.now
            let range = page * map.pageSize..<(page + 1) * map.pageSize
            guard map.kinds[range].contains(where: { !$0.mayBeSilent }) else { continue }
            for offset in range { bytes[offset] = 0 }
            try place.put(bytes)
            score.take(Examiner(sample).examine(place.path), "page \(page + 1)")
        }
        score.expectAllCaught("pages of zeros", atLeast: 38)
    }

    /// A page that stands twice in a table holds true records, but they are not there twice.
    @Test func aPageInThePlaceOfItsNeighbourShowsNothingTwice() throws {
        let sample = try Sample.shared.get()
        let size = FileMap(sample.now).pageSize
        let place = try Place()
        var score = Score()
        for page in 1..<sample.now.count / size where sample.now[page * size] == 0x05 {
            let start = page * size
            func u16(_ offset: Int) -> Int {
                Int(sample.now[offset]) << 8 | Int(sample.now[offset + 1])
            }
            let children =
                [start + 8]
                + (0..<u16(start + 3)).map { start + u16(start + 12 + $0 * 2) }
            for child in children {
                for other in children where other != child {
                    var bytes = sample.now
                    bytes.replaceSubrange(child..<child + 4, with: sample.now[other..<other + 4])
                    try place.put(bytes)
                    score.take(
                        Examiner(sample).examine(place.path),
                        "page \(page + 1), bytes \(child - start) and \(other - start)")
                }
            }
        }
        score.expectAllCaught("pages in place of their neighbours", atLeast: 4)
    }

    @Test func exchangedPagesAreCaught() throws {
        let sample = try Sample.shared.get()
        let size = FileMap(sample.now).pageSize
        let place = try Place()
        var score = Score()
        let count = sample.now.count / size
        var pairs: [(Int, Int)] = []
        for page in 0..<count { for other in 0..<page { pairs.append((page, other)) } }
        for (page, other) in Thoroughness.some(pairs, 120) {
            let left = sample.now[page * size..<(page + 1) * size]
            let right = sample.now[other * size..<(other + 1) * size]
            guard !left.elementsEqual(right) else { continue }
            var bytes = sample.now
            bytes.replaceSubrange(page * size..<(page + 1) * size, with: right)
            bytes.replaceSubrange(other * size..<(other + 1) * size, with: left)
            try place.put(bytes)
            let outcome = Examiner(sample).examine(place.path)
            if case .silent = outcome, Self.hold(left, right, noCells: size) { continue }
            score.take(outcome, "pages \(page + 1) and \(other + 1)")
        }
        score.expectAllCaught("exchanged pages", atLeast: 60)
    }

    /// Empty pages of one kind are the same but for what nobody reads.
    private static func hold(
        _ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>, noCells size: Int
    ) -> Bool {
        [left, right].allSatisfy { page in
            page.dropFirst(3).prefix(2).allSatisfy { $0 == 0 } && page.first != 0x05
                && page.first != 0x02
        }
    }

    @Test func anotherVaultsLogShowsNothingFalse() throws {
        let sample = try Sample.shared.get()
        let place = try Place()
        #expect(!sample.log.isEmpty && !sample.otherLog.isEmpty)
        for (file, log, name) in [
            (sample.now, sample.otherLog, "another vault's log"),
            (sample.now, sample.log, "an earlier log of its own, already written back"),
            (sample.other, sample.log, "its log beside another vault"),
        ] {
            try place.put(file, log: log)
            let outcome = Examiner(sample).examine(place.path)
            switch outcome {
            case .refused, .named: print("\(name): \(outcome)")
            case .silent: print("\(name): changes nothing")
            default: Issue.record("\(name): \(outcome)")
            }
        }
    }

    @Test func anotherVaultsRowsAreCaught() throws {
        let attack = try Attack()
        let other = try Place()
        var score = Score()
        for table in ["meta", "slot", "dkey", "cat", "audit", "c_1"] {
            try other.put(attack.sample.other)
            let outcome = try attack { database in
                try database.run("ATTACH '\(other.database)' AS other")
                let columns = try database.run("PRAGMA other.table_info(\(table))")
                    .map { $0[1].string }.joined(separator: ", ")
                try database.run(
                    "INSERT OR REPLACE INTO main.\(table)(\(columns)) "
                        + "SELECT \(columns) FROM other.\(table)")
                try database.run("DETACH other")
            }
            score.take(outcome, table)
        }
        score.expectAllCaught("another vault's rows", atLeast: 6)
    }

    /// SQLite drops a log from its first bad frame on: what is left is the state after one of
    /// the changes before, whole; only what a machine remembers tells that it is not the newest.
    @Test func aChangedLogLeavesOneOfItsStates() throws {
        let sample = try Sample.shared.get()
        let place = try Place()
        let states = [sample.truthBefore] + sample.states
        #expect(states.count >= 6 && sample.states.last == sample.truth)
        var seen = [Int](repeating: 0, count: states.count)
        var caught = 0
        let offsets = Thoroughness.some(Array(sample.log.indices), 60, most: 2_000)
        for offset in offsets {
            var log = sample.log
            log[offset] ^= 0x01
            var outcomes: [Examiner.Outcome] = []
            for (index, state) in states.enumerated() {
                try place.put(sample.before, log: log)
                let outcome = Examiner(sample, truth: state).examine(place.path)
                outcomes.append(outcome)
                if case .silent = outcome { seen[index] += 1 }
                if case .lie = outcome { continue }
                break
            }
            guard let last = outcomes.last else { continue }
            if case .silent = last { continue }
            #expect(last.isCaught, "byte \(offset): \(last)")
            caught += 1
        }
        print("changed log: \(offsets.count) bytes, states left \(seen), \(caught) caught")
    }
}
