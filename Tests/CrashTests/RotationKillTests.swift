import Glibc
import Testing

/// `kill -9` while records or indexes move under new keys, and once more while the move goes on.
@Suite(.enabled(if: Machine.hasShim)) struct RotationKillTests {
    private static let operations = ["data", "index"].map {
        Operation(name: "rotate \($0)", words: ["rotate", $0, "--yes", "--quiet"])
    }

    private func isAllMoved(_ stage: Stage) throws -> Bool {
        let census = try stage.run(["key", "census", "--json"])
        #expect(census.status == 0, "\(census)")
        return census.output.contains("\"left\":0,")
    }

    @Test(arguments: operations)
    func everythingStaysReadableAndTheNextRunEndsIt(operation: Operation) throws {
        let stage = try Stage(operation)
        let before = try stage.run(["export"])
        #expect(before.status == 0)
        try stage.reset()
        let total = try stage.calls(operation)
        var counts = (killed: 0, twice: 0, underWay: 0)
        let points = Sample.points(total, most: 8)
        for point in points {
            try stage.reset()
            if try stage.run(operation, .kill(point)).isKilled { counts.killed += 1 }
            try expectReadable(stage, before.output, point)
            if try stage.run(["rotate", "status"]).output.hasPrefix("rotate ") {
                counts.underWay += 1
            }
            if try stage.run(operation, .kill(max(1, total - point))).isKilled { counts.twice += 1 }
            try expectReadable(stage, before.output, point)
            let end = try stage.run(operation)
            #expect(end.status == 0, "\(point): \(end)")
            #expect(try isAllMoved(stage), "killed at call \(point) of \(total)")
            try expectReadable(stage, before.output, point)
        }
        #expect(counts.killed >= points.count - 2)
        #expect(counts.underWay > 0)
        print(
            "kill -9, \(operation.name): \(total) calls, \(counts.killed) killed, \(counts.twice) killed "
                + "again, \(counts.underWay) under way")
    }

    @Test(arguments: operations, [EIO, ENOSPC])
    func aFailingDiskPausesItAndTheNextRunEndsIt(operation: Operation, number: Int32) throws {
        let stage = try Stage(operation)
        let before = try stage.run(["export"])
        try stage.reset()
        let total = try stage.calls(operation)
        var counts = (failed: 0, paused: 0, named: 0)
        for point in Sample.points(total, most: 5) {
            try stage.reset()
            let outcome = try stage.run(operation, .error(number, at: point, onwards: true))
            #expect(outcome.status == 0 || outcome.status == 8, "\(point): \(outcome)")
            if outcome.status == 8 { counts.failed += 1 }
            if try stage.run(["rotate", "status"]).output.hasPrefix("rotate ") {
                counts.paused += 1
                // Where nothing can be read any more, nobody can say what is under way.
                if outcome.errors.contains("coffer rotate resume") { counts.named += 1 }
            }
            try expectReadable(stage, before.output, point)
            #expect(try stage.run(operation).status == 0, "\(point)")
            #expect(try isAllMoved(stage), "errno \(number) at call \(point)")
            try expectReadable(stage, before.output, point)
        }
        #expect(counts.failed > 0 && counts.named > 0)
        print(
            "errno \(number), \(operation.name): \(counts.failed) failed, \(counts.paused) paused")
    }

    private func expectReadable(_ stage: Stage, _ records: String, _ point: Int) throws {
        let found = try stage.run(["export"])
        #expect(found.status == 0 && found.output == records, "killed at call \(point)")
        let check = try stage.run(["check"])
        #expect(check.status == 0, "killed at call \(point): \(check)")
    }
}
