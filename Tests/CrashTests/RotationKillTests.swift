import Glibc
import Testing

/// `kill -9` while records move under new keys, and once more while the move goes on.
@Suite(.enabled(if: Machine.hasShim)) struct RotationKillTests {
    private static let operation = Operation(
        name: "rotate data", words: ["rotate", "data", "--yes", "--quiet"])

    private func isAllMoved(_ stage: Stage) throws -> Bool {
        let census = try stage.run(["key", "census", "--json"])
        #expect(census.status == 0, "\(census)")
        return census.output.contains("\"left\":0,")
    }

    @Test func everythingStaysReadableAndTheNextRunEndsIt() throws {
        let operation = Self.operation
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
            if try stage.run(["rotate", "status"]).output.contains("Under way") {
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
            "kill -9, rotate data: \(total) calls, \(counts.killed) killed, \(counts.twice) killed "
                + "again, \(counts.underWay) under way")
    }

    private func expectReadable(_ stage: Stage, _ records: String, _ point: Int) throws {
        let found = try stage.run(["export"])
        #expect(found.status == 0 && found.output == records, "killed at call \(point)")
        let check = try stage.run(["check"])
        #expect(check.status == 0, "killed at call \(point): \(check)")
    }
}
