import Glibc
import Testing

/// Calls that fail, in every writing command and in the reading ones.
@Suite(.enabled(if: Machine.hasShim)) struct FailingDiskTests {
    /// One way of failing.
    struct Way: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kinds: Fault.Kinds
        /// How many points of each command are tried in the usual run.
        let most: Int
        let fault: @Sendable (Int) -> Fault
        /// Whether the command may fail at all.
        var mayFail = true

        static let all = [
            Way(testDescription: "full disk once", kinds: .growth, most: 4) {
                .error(ENOSPC, at: $0, .growth)
            },
            Way(testDescription: "full disk from then on", kinds: .growth, most: 4) {
                .error(ENOSPC, at: $0, .growth, onwards: true)
            },
            Way(testDescription: "failing write", kinds: .writes, most: 4) {
                .error(EIO, at: $0, .writes)
            },
            Way(testDescription: "failing sync", kinds: .syncs, most: 5) {
                .error(EIO, at: $0, .syncs)
            },
            Way(testDescription: "failing call of any kind from then on", kinds: .all, most: 4) {
                .error(EIO, at: $0, onwards: true)
            },
            Way(
                testDescription: "short write", kinds: .writes, most: 4, fault: { .short($0) },
                mayFail: false),
            Way(
                testDescription: "short writes only", kinds: .writes, most: 1,
                fault: { .short($0, onwards: true) }, mayFail: false),
        ]
    }

    @Test(arguments: Way.all)
    func isDoneOrFailsAsStorageAndLosesNothing(_ way: Way) throws {
        var counts = (points: 0, done: 0, failed: 0)
        // What serve says of a disk that fails, it says in its answers: `ServeTests`.
        let alike: Set =
            Machine.isThorough
            ? ["lock", "serve"]
            : [
                "lock", "serve", "put --stdin", "add", "set", "set --where", "rm --where",
                "rm --now", "edit of a new one", "undo of a removal", "trash restore",
                "trash empty", "history policy",
            ]
        for operation in Operation.all where !alike.contains(operation.name) {
            let stage = try Stage(operation)
            let before = try stage.snapshot(operation.looking, watching: operation.watching)
            try stage.reset()
            let total = try stage.calls(operation, way.kinds)
            let after = try stage.snapshot(watching: operation.watching)
            let exported = try stage.exported()
            let limit = operation.name == "import of many" && !Machine.isThorough ? 2 : way.most
            for point in Sample.points(total, most: limit) {
                let place = "\(operation.name), call \(point) of \(total)"
                try stage.reset()
                let outcome = try stage.run(operation, way.fault(point))
                let found = try stage.snapshot(operation.looking, watching: operation.watching)
                counts.points += 1
                if outcome.status == 0 {
                    counts.done += 1
                    #expect(found == after || operation.isDoneUnrecorded, "\(place)")
                } else {
                    counts.failed += 1
                    #expect(way.mayFail, "\(place): \(outcome)")
                    #expect(outcome.status == 8, "\(place): \(outcome)")
                    #expect(outcome.saysOneLine, "\(place): \(outcome.errors)")
                    // A sync that fails says nothing of what the disk has.
                    #expect(found == before || found == after, "\(place)")
                    if way.kinds != .syncs && way.kinds != .all {
                        #expect(found == before, "\(place): \(outcome.errors)")
                    }
                }
                for (name, text) in try stage.exported() {
                    #expect(exported[name] == text, "\(name), \(place)")
                }
                let again = try stage.run(operation)
                #expect(operation.again.contains(again.status), "\(place): \(again)")
            }
        }
        #expect(!way.mayFail || counts.failed > 0)
        print(
            "\(way.testDescription): \(counts.points) points, \(counts.done) done all the same, "
                + "\(counts.failed) failed as storage")
    }

    @Test(arguments: [
        ["get", "npcs", "npc-3"], ["list", "npcs"], ["check"], ["status"], ["export"],
        ["schema", "list"], ["vaults"],
    ])
    func readsOnADiskThatTakesNothing(_ words: [String]) throws {
        // The list of vaults leads to the one that this stage was copied from; not a shared one.
        let stage = try Stage(isUnlocked: words == ["vaults"])
        let usual = try stage.run(words)
        #expect(usual.status == 0)
        for number in [ENOSPC, EROFS, EIO] {
            try stage.reset()
            let kinds = number == EIO ? Fault.Kinds.writes : .growth
            let outcome = try stage.run(words, .error(number, at: 1, kinds, onwards: true))
            #expect(outcome.status == 0, "errno \(number): \(outcome)")
            let isSame = outcome.output == usual.output
            #expect(isSame, "errno \(number)")
        }
    }
}
