import Foundation
import Testing

/// Programs that add, read, remove and sweep files at once, some of them with the same bytes.
@Suite(.enabled(if: Machine.hasProgram)) struct FileCrowdTests {
    private struct Tally: Sendable {
        var written: [String: Int] = [:]
        var (adds, removals, reads, sweeps, given, rotations, busy) = (0, 0, 0, 0, 0, 0, 0)
        var wrong: [String] = []
    }

    private static let contents = 12
    private static let workers = 5

    /// So few contents for all that each comes and goes again and again.
    private static func bytes(_ seed: Int) -> [UInt8] {
        var state = UInt64(seed + 3) &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<(seed % 4 == 0 ? 3_000 : 90_000 * (seed % 4))).map { _ in
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return UInt8(truncatingIfNeeded: (state &* 0x2545_F491_4F6C_DD1D) >> 56)
        }
    }

    @Test func journalAndVaultAgree() throws {
        let stage = try Stage()
        for seed in 0..<Self.contents {
            try Data(Self.bytes(seed)).write(
                to: URL(filePath: stage.scratch.path + "/content-\(seed)"))
        }
        let seconds = Machine.isThorough ? 120.0 : 12.0
        let end = Date().addingTimeInterval(seconds)
        let tally = Shared(Tally())
        let done = DispatchSemaphore(value: 0)
        for number in 0..<(Self.workers + 4) {
            Thread {
                defer { done.signal() }
                do {
                    switch number {
                    case Self.workers, Self.workers + 3: try Self.sweep(stage, until: end, tally)
                    case Self.workers + 1: try Self.read(stage, until: end, tally)
                    case Self.workers + 2: try Self.rotate(stage, until: end, tally)
                    default: try Self.work(stage, number, until: end, tally)
                    }
                } catch { tally.change { $0.wrong.append("\(error)") } }
            }.start()
        }
        for _ in 0..<(Self.workers + 4) { done.wait() }
        let result = tally.value
        #expect(result.wrong == [])
        let check = try stage.run(["check", "--files"])
        #expect(check.status == 0, "\(check)")
        try stage.done(["rotate", "chunks", "--yes"])
        try stage.done(["file", "sweep"])
        let out = stage.live + "/out"
        if !result.written.isEmpty { try stage.done(["file", "get", "w", "-o", out]) }
        let found = Files.tree(out + "/w").filter { $0.hasSuffix(".bin") }
        #expect(found == result.written.keys.sorted())
        for (name, seed) in result.written {
            #expect(try Files.bytes(out + "/w/" + name) == Self.bytes(seed), "\(name)")
        }
        let last = try stage.run(["check", "--files"])
        #expect(last.status == 0, "\(last)")
        #expect(result.adds > 0 && result.removals > 0 && result.sweeps > 0)
        print(
            "file crowd: \(Int(seconds)) s, \(result.adds) adds, \(result.removals) removals, "
                + "\(result.reads) reads, \(result.sweeps) sweeps that gave \(result.given) chunks "
                + "back, \(result.rotations) rotations, \(result.busy) busy, "
                + "\(result.written.count) files at the end")
    }

    private static func work(
        _ stage: Stage, _ worker: Int, until end: Date, _ tally: Shared<Tally>
    ) throws {
        var journal: [String: Int] = [:]
        var round = 0
        while Date() < end {
            round += 1
            let name = "\(worker)-\(Int.random(in: 0..<6)).bin"
            if journal[name] == nil || round % 3 == 0 {
                let seed = Int.random(in: 0..<contents)
                let source = stage.scratch.path + "/" + name
                Files.remove(source)
                try Files.copy(stage.scratch.path + "/content-\(seed)", to: source)
                let added = try stage.run(
                    ["file", "add", "$" + name, "--under", "w", "--replace", "--reread"])
                switch added.status {
                case 0:
                    journal[name] = seed
                    tally.change { $0.adds += 1 }
                case 5: tally.change { $0.busy += 1 }
                default: tally.change { $0.wrong.append("add: \(added)") }
                }
            } else {
                let removed = try stage.run(["file", "rm", "w/" + name])
                switch removed.status {
                case 0:
                    journal[name] = nil
                    tally.change { $0.removals += 1 }
                    // Only then its bytes may be needed by nobody.
                    let emptied = try stage.run(["trash", "empty", "--yes"])
                    guard [0, 5].contains(emptied.status) else {
                        return tally.change { $0.wrong.append("trash: \(emptied)") }
                    }
                case 5: tally.change { $0.busy += 1 }
                default: tally.change { $0.wrong.append("rm: \(removed)") }
                }
            }
        }
        let last = journal
        tally.change { $0.written.merge(last) { $1 } }
    }

    private static func sweep(_ stage: Stage, until end: Date, _ tally: Shared<Tally>) throws {
        while Date() < end {
            let swept = try stage.run(["file", "sweep", "--json"])
            switch swept.status {
            case 0:
                let given = swept.output.split(separator: ":").dropFirst().first
                    .flatMap { Int($0.prefix { $0.isNumber }) }
                tally.change {
                    $0.sweeps += 1
                    $0.given += given ?? 0
                }
            case 5: tally.change { $0.busy += 1 }
            default: tally.change { $0.wrong.append("sweep: \(swept)") }
            }
        }
    }

    private static func rotate(_ stage: Stage, until end: Date, _ tally: Shared<Tally>) throws {
        while Date() < end {
            let rotated = try stage.run(["rotate", "chunks", "--yes"])
            switch rotated.status {
            case 0: tally.change { $0.rotations += 1 }
            case 5: tally.change { $0.busy += 1 }
            default: tally.change { $0.wrong.append("rotate: \(rotated)") }
            }
            Thread.sleep(forTimeInterval: 2)
        }
    }

    private static func read(_ stage: Stage, until end: Date, _ tally: Shared<Tally>) throws {
        while Date() < end {
            let listed = try stage.run(["file", "list", "--json"])
            guard listed.status == 0 else {
                return tally.change { $0.wrong.append("list: \(listed)") }
            }
            for line in listed.output.split(separator: "\n").prefix(3) {
                let name = line.split(separator: "\"").dropFirst(2).first.map(String.init) ?? ""
                let got = try stage.run(["file", "get", name, "-o", stage.live + "/got", "--force"])
                // It may have been removed by now.
                guard [0, 4].contains(got.status) else {
                    return tally.change { $0.wrong.append("get \(name): \(got)") }
                }
                tally.change { $0.reads += 1 }
            }
        }
    }
}
