import Synchronization
import Testing

@testable import CofferSQLite

/// A small workload, ended at every step; whatever was acknowledged must be there afterwards.
@Suite struct CrashTests {
    private static let commits = 24

    /// Commits rows until something fails; the number acknowledged.
    ///
    /// Half-way it writes the log back, so that the steps of a checkpoint are among the cuts.
    private func work(_ connection: Connection) -> Int {
        var acknowledged = 0
        for number in 1...Self.commits {
            do {
                try connection.write { connection in
                    let insert = try connection.cached("INSERT INTO t VALUES (?, ?)")
                    try insert.bind(number, at: 1)
                    try insert.bind(blob: [UInt8](repeating: UInt8(number), count: 3_000), at: 2)
                    try insert.run()
                    let change = try connection.cached("UPDATE t SET v = ? WHERE k = ?")
                    try change.bind(blob: [UInt8](repeating: 200, count: 5_000), at: 1)
                    try change.bind(number - 3, at: 2)
                    try change.run()
                }
                acknowledged = number
                if number == 12 { try connection.checkpoint(.truncate) }
            } catch {
                return acknowledged
            }
        }
        return acknowledged
    }

    /// The complaint about a database that should hold `acknowledged` commits, or one more.
    private func complaint(_ path: String, _ acknowledged: Int) -> String? {
        do {
            let connection = try Connection(path: path)
            let findings = try connection.integrityCheck()
            guard findings.isEmpty else { return "integrity: \(findings)" }
            let table = try connection.prepare("SELECT k, v FROM t ORDER BY k")
            var count = 0
            while try table.step() {
                count += 1
                let value = table.bytes(1)
                guard table.int64(0) == count, value.allSatisfy({ $0 == value.first }) else {
                    return "row \(count)"
                }
            }
            guard count == acknowledged || count == acknowledged + 1 else {
                return "\(count) rows, acknowledged \(acknowledged)"
            }
            guard count > 4 else { return nil }
            let changed = try connection.prepare("SELECT count(*) FROM t WHERE length(v) = 5000")
            guard try changed.step(), changed.int64(0) == count - 3 else { return "half a commit" }
            // It must also go on from here.
            try connection.execute("INSERT INTO t VALUES (1000, NULL)")
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func keepsEveryAcknowledgedRowWhenKilledAtAnyStep() throws {
        var cuts = 0
        while true {
            let scratch = try Scratch()
            let path = scratch.file()
            _ = try vault(path)
            let tape = Tape()
            var acknowledged = 0
            do {
                let connection = try Connection(path: path, vfs: tape.name)
                tape.fail(after: cuts, .death)
                acknowledged = work(connection)
            }
            #expect(complaint(path, acknowledged) == nil, "killed at step \(cuts)")
            if acknowledged == Self.commits { break }
            cuts += 1
            try #require(cuts < 2_000)
        }
        print("killed at each of \(cuts) steps")
        #expect(cuts > 100, "The workload has shrunk")
    }

    @Test func keepsEveryAcknowledgedRowWhenThePowerFails() throws {
        let (states, complaints) = try explore(synchronous: "FULL")
        print("\(states) states after a power cut")
        #expect(complaints == [])
        #expect(states > 500, "The workload has shrunk")
    }

    @Test func wouldSeeALoss() throws {
        let (_, complaints) = try explore(synchronous: "OFF")
        #expect(!complaints.isEmpty, "Without synchronizing something must be lost")
    }

    /// Records one run, then opens the database as three kinds of power cut would leave it after
    /// each step: only what was synchronized, everything, and a part of the rest with torn writes.
    private func explore(synchronous: String) throws -> (states: Int, complaints: [String]) {
        let scratch = try Scratch()
        let path = scratch.file("original")
        let tape = Tape()
        let connection = try vault(path, vfs: tape.name)
        try connection.checkpoint(.truncate)
        let start = try Image(reading: path)
        try connection.execute("PRAGMA synchronous=\(synchronous)")
        tape.state.withLock { $0.isRecording = true }
        // The steps after which one more commit was acknowledged.
        var marks: [Int] = []
        for number in 1...Self.commits {
            try connection.write { connection in
                let insert = try connection.cached("INSERT INTO t VALUES (?, ?)")
                try insert.bind(number, at: 1)
                try insert.bind(blob: [UInt8](repeating: UInt8(number), count: 3_000), at: 2)
                try insert.run()
                try connection.execute(
                    "UPDATE t SET v = zeroblob(5000) WHERE k = \(number - 3)")
            }
            marks.append(tape.state.withLock { $0.steps.count })
            if number == 12 { try connection.checkpoint(.truncate) }
        }
        tape.state.withLock { $0.isRecording = false }
        var seed: UInt64 = 1
        var states = 0
        var complaints: [String] = []
        var disk = Image.Disk(start)
        var checked: [(files: [String: [UInt8]], acknowledged: Int)] = []
        for (index, step) in tape.state.withLock({ $0.steps }).enumerated() {
            disk.apply(step)
            let acknowledged = marks.count { $0 <= index + 1 }
            for image in [disk.synchronized, disk.visible, disk.lucky(&seed)] {
                states += 1
                // Most steps change one of the three; the others were looked at already.
                if checked.contains(where: { $0 == (image.files, acknowledged) }) { continue }
                checked = checked.suffix(5) + [(image.files, acknowledged)]
                let copy = scratch.file("copy")
                try image.write(to: copy)
                if let found = complaint(copy, acknowledged) {
                    complaints.append("after step \(index): \(found)")
                }
                Image.remove(copy)
            }
        }
        return (states, complaints)
    }
}
