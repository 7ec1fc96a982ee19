import Foundation
import Glibc
import Testing

/// `kill -9` and failing disks while files are added and removed.
@Suite(.enabled(if: Machine.hasShim)) struct FileKillTests {
    private static let names = ["a.bin", "b.txt", "deep/c.bin"]

    private static func bytes(_ name: String) -> [UInt8] {
        noise(name == "b.txt" ? 3_000 : 150_000, seed: UInt64(name.utf8.count))
    }

    private static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<count).map { _ in
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return UInt8(truncatingIfNeeded: (state &* 0x2545_F491_4F6C_DD1D) >> 56)
        }
    }

    private static let add = Operation(
        name: "file add", words: ["file", "add", "$media"], prepare: { try write($0) })

    private static let remove = Operation(
        name: "file rm", words: ["file", "rm", "media/a.bin"],
        prepare: {
            try write($0)
            try $0.done(["file", "add", "$media"])
        })

    private static let replace = Operation(
        name: "file add --replace", words: ["file", "add", "$media", "--replace"],
        prepare: {
            try write($0)
            try $0.done(["file", "add", "$media"])
            try Files.write("something else", to: $0.scratch.path + "/media/b.txt")
        })

    private static let sweep = Operation(
        name: "file sweep", words: ["file", "sweep"], prepare: { try leaveDead($0) })

    private static let rotate = Operation(
        name: "rotate chunks", words: ["rotate", "chunks", "--yes", "--quiet"],
        prepare: { try leaveDead($0) })

    /// Files beside much that nobody needs any more, in one pack.
    private static func leaveDead(_ stage: Stage) throws {
        try write(stage)
        let dead = stage.scratch.path + "/dead.bin"
        try Data(noise(900_000, seed: 7)).write(to: URL(filePath: dead))
        try stage.done(["file", "add", "$media", "$dead.bin"])
        try stage.done(["file", "rm", "dead.bin"])
        try stage.done(["trash", "empty", "--yes"])
    }

    private static func write(_ stage: Stage) throws {
        for name in names {
            let path = stage.scratch.path + "/media/" + name
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            try Data(bytes(name)).write(to: URL(filePath: path))
        }
    }

    /// Whatever is listed is whole, and everything that was there before the command still is.
    private func expectWhole(_ stage: Stage, _ before: Set<String>, _ point: Int) throws {
        let check = try stage.run(["check", "--files"])
        #expect(check.status == 0, "call \(point): \(check)")
        let listed = try stage.run(["file", "list", "--json"])
        #expect(listed.status == 0)
        let names = Set(
            listed.output.split(separator: "\n").compactMap { line in
                line.split(separator: "\"").dropFirst(3).first.map(String.init)
            })
        #expect(names.isSuperset(of: before), "call \(point)")
    }

    /// The end of the command, however often it was cut short.
    private func expectEnd(_ stage: Stage, _ operation: Operation, _ point: Int) throws {
        let again = try stage.run(operation)
        let isGone = operation.name == "file rm" && again.status == 4
        #expect(again.status == 0 || isGone, "call \(point): \(again)")
        let out = stage.live + "/out"
        try stage.done(["file", "get", "media", "-o", out])
        for name in Self.names where !(operation.name == "file rm" && name == "a.bin") {
            let source = try Files.bytes(stage.scratch.path + "/media/" + name)
            #expect(try Files.bytes(out + "/media/" + name) == source, "call \(point): \(name)")
        }
        let check = try stage.run(["check", "--files"])
        #expect(check.status == 0, "call \(point): \(check)")
        try expectRoom(stage, operation, point)
    }

    /// What was to go is gone from the disk, and so is what killed commands have left.
    private func expectRoom(_ stage: Stage, _ operation: Operation, _ point: Int) throws {
        let packs = stage.vault + "/packs/"
        switch operation.name {
        case "file sweep":
            let sizes = try Files.list(packs).map { try Files.bytes(packs + $0).count }
            #expect(sizes.reduce(0, +) < 500_000, "call \(point): \(sizes)")
        case "rotate chunks":
            let census = try stage.run(["key", "census", "--json"])
            #expect(census.output.contains("\"left\":0,\"kept\":0"), "call \(point): \(census)")
            let names = Files.list(packs)
            #expect(names.count == 1, "call \(point): \(names)")
        default: break
        }
    }

    private func untouched(_ operation: Operation) -> Set<String> {
        switch operation.name {
        case "file add": []
        case "file sweep", "rotate chunks": Set(Self.names.map { "media/" + $0 })
        default: ["media/deep/c.bin"]
        }
    }

    @Test(arguments: [add, remove, replace, sweep, rotate])
    func noAcknowledgedFileIsLostAndTheNextRunEndsIt(operation: Operation) throws {
        let stage = try Stage(operation)
        let total = try stage.calls(operation)
        var killed = 0
        let points = Sample.points(total, most: 12)
        for point in points {
            try stage.reset()
            if try stage.run(operation, .kill(point)).isKilled { killed += 1 }
            try expectWhole(stage, untouched(operation), point)
            try expectEnd(stage, operation, point)
        }
        #expect(killed >= points.count - 2)
        print("kill -9, \(operation.name): \(total) calls, \(killed) killed")
    }

    @Test(arguments: [add, replace, sweep, rotate], [EIO, ENOSPC])
    func aFailingDiskCostsNothingThatWasThere(operation: Operation, number: Int32) throws {
        let stage = try Stage(operation)
        let total = try stage.calls(operation)
        var failed = 0
        for point in Sample.points(total, most: 8) {
            try stage.reset()
            let outcome = try stage.run(operation, .error(number, at: point, onwards: true))
            #expect(outcome.status == 0 || outcome.status == 8, "call \(point): \(outcome)")
            if outcome.status == 8 { failed += 1 }
            try expectWhole(stage, untouched(operation), point)
            try expectEnd(stage, operation, point)
        }
        #expect(failed > 0)
        print("errno \(number), \(operation.name): \(failed) failed")
    }

    /// What was not made durable is not counted on.
    @Test(arguments: [add, replace, sweep, rotate])
    func aFailingSyncCostsNothing(operation: Operation) throws {
        let stage = try Stage(operation)
        let total = try stage.calls(operation, .syncs)
        var failed = 0
        for point in Sample.points(total, most: 6) {
            try stage.reset()
            let outcome = try stage.run(operation, .error(EIO, at: point, .syncs))
            #expect(outcome.status == 0 || outcome.status == 8, "sync \(point): \(outcome)")
            if outcome.status == 8 { failed += 1 }
            try expectWhole(stage, untouched(operation), point)
            try expectEnd(stage, operation, point)
        }
        #expect(failed > 0)
        print("failing sync, \(operation.name): \(total) syncs, \(failed) failed")
    }
}
