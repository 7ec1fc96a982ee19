import Glibc
import Testing

/// `kill -9` while a vault gets another signing key: whoever trusted the old one trusts what comes.
@Suite(.enabled(if: Machine.hasShim)) struct SigningKillTests {
    private static let operation = Operation(
        name: "rotate signing", words: ["rotate", "signing", "--yes", "--quiet"],
        prepare: { stage in try stage.done(["backup", "create", "--to", "$live/b"]) })

    private func signer(_ stage: Stage) throws -> String {
        let told = try stage.run(["key", "public"])
        #expect(told.status == 0, "\(told)")
        return String(told.output.dropLast())
    }

    @Test func whateverEndsItOneKeySignsAndTheOldOneVouchesForIt() throws {
        let stage = try Stage(Self.operation)
        let old = try signer(stage)
        try stage.reset()
        let total = try stage.calls(Self.operation)
        var counts = (killed: 0, replaced: 0)
        let points = Sample.points(total, most: 12)
        for point in points {
            try stage.reset()
            if try stage.run(Self.operation, .kill(point)).isKilled { counts.killed += 1 }
            let now = try signer(stage)
            if now != old { counts.replaced += 1 }
            try stage.done(["set", "npcs", "npc-1", "hp=\(point)"])
            try stage.done(["backup", "create", "--to", "$live/b"])
            let check = try stage.run(["check"])
            #expect(check.status == 0, "killed at call \(point): \(check)")
            let listed = try stage.run(["backup", "verify", "$live/b", "--signer", old])
            let byPin = listed.output.split(separator: "\n").count {
                $0.contains("by the key that was given")
            }
            #expect(listed.status == 0 && byPin == 2, "killed at call \(point): \(listed)")
            // This machine has followed: the newest is trusted without anybody's word.
            let told = try stage.run(["backup", "verify", "$live/b"])
            let lines = told.output.split(separator: "\n")
            #expect(
                lines.count == 2 && lines.last?.contains("that this machine remembers") == true,
                "killed at call \(point): \(told)")
            try stage.done(["backup", "drill", "$live/b"])
            try stage.done(["rotate", "signing", "--yes", "--quiet"])
        }
        #expect(counts.killed >= points.count - 1)
        #expect(counts.replaced > 0 && counts.replaced < points.count)
        print(
            "kill -9, rotate signing: \(total) calls, \(points.count) tried, "
                + "\(counts.killed) killed, \(counts.replaced) had the new key")
    }
}
