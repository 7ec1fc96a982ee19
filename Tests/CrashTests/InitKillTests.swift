import Glibc
import Testing

/// `kill -9` at every call of `init`, and errors there.
@Suite(.enabled(if: Machine.hasShim)) struct InitKillTests {
    private static let words = [
        "init", "$live/v.coffer", "--kdf-memory", "64", "--kdf-passes", "1", "--template", "club",
        "--sheet", "$live/sheet.txt",
    ]

    @Test func leavesAWholeVaultOrNothingAndTheNextOneSweeps() throws {
        let stage = try Stage(empty: ())
        let total = try stage.calls(.all) { try stage.run(Self.words, $0) }
        let points = Sample.points(total, most: 16)
        var counts = (killed: 0, absent: 0, whole: 0)
        for point in points {
            for fault in Machine.isThorough
                ? [Fault.kill(point), .killEarly(point)] : [Fault.kill(point)]
            {
                try stage.reset()
                let outcome = try stage.run(Self.words, fault)
                if outcome.isKilled { counts.killed += 1 }
                let isThere = Files.exists(stage.vault)
                if isThere { counts.whole += 1 } else { counts.absent += 1 }
                if isThere {
                    let check = try stage.run(["check"])
                    #expect(check.status == 0, "\(point): \(check)")
                }
                let again = try stage.run(Self.words + ["--force"])
                #expect(again.status == (isThere ? 5 : 0), "\(point): \(again)")
                if isThere {
                    // A name of its own makes a vault beside it, and sweeps what is its own.
                    Files.remove(stage.vault)
                    let other = try stage.run(Self.words + ["--force"])
                    #expect(other.status == 0 || other.status == 6, "\(point): \(other)")
                }
                let left = Files.list(stage.live).filter { $0 != "state" }
                #expect(left == ["sheet.txt", "v.coffer"], "\(point): \(left)")
                #expect(try stage.run(["check"]).status == 0, "\(point)")
            }
        }
        #expect(counts.killed >= points.count - 2)
        print(
            "kill -9, init: \(total) calls, \(counts.killed) killed, \(counts.absent) absent, "
                + "\(counts.whole) whole")
    }

    @Test(arguments: [EIO, ENOSPC])
    func failsWithoutATraceWhenACallFails(_ number: Int32) throws {
        let stage = try Stage(empty: ())
        let total = try stage.calls(.all) { try stage.run(Self.words, $0) }
        var failed = 0
        for point in Sample.points(total, most: 12) {
            for isOnwards in [false, true] {
                try stage.reset()
                let outcome = try stage.run(
                    Self.words, .error(number, at: point, onwards: isOnwards))
                #expect(outcome.status == 8 || outcome.status == 0, "\(point): \(outcome)")
                if outcome.status != 0 {
                    failed += 1
                    #expect(outcome.saysOneLine, "\(point): \(outcome.errors)")
                }
                if Files.exists(stage.vault) {
                    #expect(try stage.run(["check"]).status == 0, "\(point)")
                } else {
                    #expect(outcome.status != 0, "\(point)")
                    let again = try stage.run(Self.words + ["--force"])
                    #expect(again.status == 0, "\(point): \(again)")
                    let left = Files.list(stage.live).filter { $0 != "state" }
                    #expect(left == ["sheet.txt", "v.coffer"], "\(point): \(left)")
                }
            }
        }
        #expect(failed > 0)
        print("errno \(number), init: \(total) calls, \(failed) failed")
    }
}
