import Glibc
import Testing

/// `kill -9` at every call with which a command changes the disk.
@Suite(.enabled(if: Machine.hasShim)) struct KillTests {
    @Test(arguments: Operation.all)
    func leavesTheStateBeforeOrAfterAndEveryRecord(_ operation: Operation) throws {
        let stage = try Stage(operation)
        let before = try stage.snapshot(operation.looking, watching: operation.watching)
        try stage.reset()
        let total = try stage.calls(operation)
        let after = try stage.snapshot(watching: operation.watching)
        #expect(before != after || operation.name == "lock" || operation.isDoneUnrecorded)
        let exported = try stage.exported()
        let points = Sample.points(total, most: 6)
        var counts = (killed: 0, before: 0, after: 0)
        for point in points {
            for fault in Machine.isThorough || point == points.first
                ? [Fault.kill(point), .killEarly(point)] : [Fault.kill(point)]
            {
                try stage.reset()
                let outcome = try stage.run(operation, fault)
                if outcome.isKilled { counts.killed += 1 }
                #expect(outcome.isKilled || outcome.status == 0, "\(point): \(outcome)")
                #expect(stage.keepsNoText(), "killed at call \(point) of \(total)")
                #expect(stage.readable == [] || operation.name.hasPrefix("export"))
                let found = try stage.snapshot(operation.looking, watching: operation.watching)
                #expect(found == before || found == after, "killed at call \(point) of \(total)")
                // A file under its name is a whole file.
                for (name, text) in try stage.exported() {
                    #expect(exported[name] == text, "\(name), killed at call \(point)")
                }
                if found == before { counts.before += 1 } else { counts.after += 1 }
                let isBack = operation.isToggle && found == after
                try expectSoundAgain(stage, operation, isBack ? before : after, point)
            }
        }
        // What a run does may differ by a call or two: it depends on the clock.
        #expect(counts.killed >= points.count - 2)
        print(
            "kill -9, \(operation.name): \(total) calls, \(counts.killed) killed, "
                + "\(counts.before) before, \(counts.after) after")
    }

    /// The command itself, done once more, finds nothing in its way and nothing is left over.
    private func expectSoundAgain(
        _ stage: Stage, _ operation: Operation, _ after: Snapshot, _ point: Int
    ) throws {
        let again = try stage.run(operation)
        #expect(operation.again.contains(again.status), "\(point): \(again)")
        // What was removed and is put back has another row.
        let records = try stage.run(["export"]).output
        let isSame = Self.lines(records) == Self.lines(after.records)
        #expect(isSame, "\(point)")
        let left = Files.tree(stage.live).filter {
            $0.contains("unfinished") || $0.contains(".new")
        }
        #expect(left == [], "\(point)")
        let inVault = Files.list(stage.vault)
        #expect(inVault == ["vault.sqlite"], "\(point): \(inVault)")
    }

    private static func lines(_ text: String) -> [String] {
        text.split { ",\n".contains($0) }.map(String.init).sorted()
    }

    @Test func aKillDuringTheRecoveryFromAKillLosesNothingEither() throws {
        let operation = Operation.imports
        let stage = try Stage(operation)
        let before = try stage.snapshot()
        try stage.reset()
        let total = try stage.calls(operation)
        let after = try stage.snapshot()
        let between = stage.scratch.path + "/between"
        var counts = (states: 0, killed: 0)
        for point in Sample.points(total, most: 5) {
            try stage.reset()
            _ = try stage.run(operation, .kill(point))
            Files.remove(between)
            try Files.copy(stage.live, to: between)
            let report = stage.scratch.path + "/opening"
            let opened = try stage.run(["list", "npcs", "--quiet"], .count(.all, into: report))
            #expect(opened.status == 0)
            let text = try Files.read(report).filter { $0.isNumber }
            guard let calls = Int(text) else { throw Trouble("no count: \(text)") }
            guard calls > 0 else { continue }
            for second in Sample.points(calls, most: 3) {
                Files.remove(stage.live)
                try Files.copy(between, to: stage.live)
                let outcome = try stage.run(["list", "npcs", "--quiet"], .kill(second))
                if outcome.isKilled { counts.killed += 1 }
                counts.states += 1
                let found = try stage.snapshot()
                #expect(found == before || found == after, "killed at \(point), then at \(second)")
            }
        }
        #expect(counts.killed > 0)
        print("kill -9 twice: \(counts.states) states, \(counts.killed) killed in the recovery")
    }
}
