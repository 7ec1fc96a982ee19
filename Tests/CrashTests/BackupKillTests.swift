import Foundation
import Glibc
import Testing

/// `kill -9` at every call, full disks and failing ones while bundles are written and restored.
@Suite(.enabled(if: Machine.hasShim)) struct BackupKillTests {
    /// A stage that is set for an operation, with what it holds before and after.
    private struct Scene {
        let stage: Stage
        let operation: BackupOperation
        let words: [String]
        /// The records of the vault.
        let records: String
        /// The records that a restore brings; those of the vault where none is under way.
        let restored: String
        /// The database as it was.
        let database: [UInt8]

        init(_ operation: BackupOperation) throws {
            self.operation = operation
            let named = Operation(name: operation.name, words: [], prepare: operation.prepare)
            stage = try Stage(named)
            words = operation.words(stage)
            records = try stage.records(of: stage.vault)
            restored = operation.isRestore ? try stage.restored() : records
            try stage.reset()
            database = try Files.bytes(stage.vault + "/vault.sqlite")
        }

        func run(_ fault: Fault) throws -> Outcome { try stage.run(words, fault) }

        func calls(_ kinds: Fault.Kinds) throws -> Int {
            try stage.reset()
            return try stage.calls(kinds) { try run($0) }
        }

        /// What must hold at once, after whatever happened, and after the command done again.
        ///
        /// - Returns: Whether the command had done its work.
        func expectWhole(_ place: String) throws -> Bool {
            operation.isRestore ? try expectVaults(place) : try expectBundles(place)
        }

        private func expectBundles(_ place: String) throws -> Bool {
            let before = operation.name == BackupOperation.full.name ? 0 : 1
            let isDone = stage.bundleNames.count > before
            #expect(stage.bundleNames.count <= before + 1, "\(place)")
            if let verified = try stage.verifyBundles() {
                #expect(verified.status == 0, "\(place): \(verified)")
            }
            #expect(try stage.records(of: stage.vault) == records, "\(place)")
            if isDone { #expect(try stage.restored() == records, "\(place)") }
            let again = try stage.run(words)
            #expect(again.status == 0, "\(place): \(again)")
            #expect(stage.unfinished == [], "\(place)")
            #expect(try stage.verifyBundles()?.status == 0, "\(place)")
            #expect(try stage.restored() == records, "\(place)")
            #expect(Files.list(stage.vault) == ["vault.sqlite"], "\(place)")
            return isDone
        }

        private func expectVaults(_ place: String) throws -> Bool {
            let path = operation.isOver ? stage.vault : stage.live + "/new.coffer"
            // Nothing touches the vault that was there but the name that it gets.
            let places = try stage.places(of: database)
            #expect(places.count == 1, "\(place): \(places)")
            var isDone = places != ["v.coffer"]
            if !operation.isOver {
                #expect(!isDone, "\(place)")
                isDone = Files.exists(path)
            }
            if isDone { #expect(try stage.records(of: path) == restored, "\(place)") }
            let again = try stage.run(
                isDone && !operation.isOver
                    ? words.dropLast() + [stage.live + "/new2.coffer"] : words)
            #expect(again.status == 0, "\(place): \(again)")
            let left = stage.unfinished
            #expect(left == [], "\(place)")
            #expect(try stage.records(of: path) == restored, "\(place)")
            #expect(
                Files.list(path).filter { $0 != "restoring.lock" || operation.isOver }
                    == ["vault.sqlite"], "\(place)")
            if operation.isOver {
                let kept = try stage.places(of: database)
                #expect(kept.count == 1 && kept != ["v.coffer"], "\(place): \(kept)")
            }
            return isDone
        }
    }

    @Test(arguments: BackupOperation.all.indices)
    func aKillLeavesWhatWasBeforeOrTheWhole(_ index: Int) throws {
        let scene = try Scene(BackupOperation.all[index])
        let total = try scene.calls(.all)
        let points = Sample.points(total, most: 14)
        var counts = (killed: 0, before: 0, after: 0)
        for point in points {
            for fault in Machine.isThorough
                ? [Fault.kill(point), .killEarly(point)] : [Fault.kill(point)]
            {
                try scene.stage.reset()
                let outcome = try scene.run(fault)
                if outcome.isKilled { counts.killed += 1 }
                #expect(outcome.isKilled || outcome.status == 0, "\(point): \(outcome)")
                #expect(scene.stage.readable == [], "\(point)")
                if try scene.expectWhole("killed at call \(point) of \(total)") {
                    counts.after += 1
                } else {
                    counts.before += 1
                }
            }
        }
        #expect(counts.killed >= points.count - 2)
        #expect(counts.before > 0)
        print("kill -9, \(scene.operation.name): \(total) calls, \(counts)")
    }

    @Test(arguments: BackupOperation.all.indices)
    func aDiskThatFailsLeavesWhatWasBeforeOrTheWhole(_ index: Int) throws {
        let scene = try Scene(BackupOperation.all[index])
        var counts = (points: 0, done: 0, failed: 0)
        let ways: [(String, Fault.Kinds, (Int) -> Fault)] = [
            ("full once", .growth, { .error(ENOSPC, at: $0, .growth) }),
            ("full from then on", .growth, { .error(ENOSPC, at: $0, .growth, onwards: true) }),
            ("failing sync", .syncs, { .error(EIO, at: $0, .syncs) }),
            ("failing from then on", .all, { .error(EIO, at: $0, onwards: true) }),
            ("short writes", .writes, { .short($0, onwards: true) }),
        ]
        for (name, kinds, fault) in ways {
            let total = try scene.calls(kinds)
            for point in Sample.points(total, most: name == "short writes" ? 1 : 5) {
                let place = "\(name), call \(point) of \(total)"
                try scene.stage.reset()
                let outcome = try scene.run(fault(point))
                counts.points += 1
                if outcome.status == 0 {
                    counts.done += 1
                } else {
                    counts.failed += 1
                    #expect(outcome.status == 8, "\(place): \(outcome)")
                    #expect(outcome.saysOneLine, "\(place): \(outcome.errors)")
                    #expect(name != "short writes", "\(place): \(outcome)")
                }
                let isDone = try scene.expectWhole(place)
                #expect(isDone || outcome.status != 0, "\(place)")
            }
        }
        #expect(counts.failed > 0)
        print("failing disks, \(scene.operation.name): \(counts)")
    }

    @Test(arguments: BackupOperation.all.indices, [SIGINT, SIGTERM])
    func aSignalLeavesWhatWasBeforeOrTheWhole(_ index: Int, _ number: Int32) throws {
        let scene = try Scene(BackupOperation.all[index])
        let total = try scene.calls(.all)
        for point in Sample.points(total, most: 5) {
            try scene.stage.reset()
            let outcome = try scene.run(.signal(number, at: point))
            #expect(!outcome.isKilled, "\(point): \(outcome)")
            _ = try scene.expectWhole("signal \(number) at call \(point) of \(total)")
        }
    }

    /// Hundreds of bundles, and no more open files than most systems allow to a program.
    @Test func aFolderMayHoldMoreBundlesThanFilesMayBeOpen() throws {
        let scene = try Scene(BackupOperation.elsewhere)
        let stage = scene.stage
        let name = stage.bundleNames.first ?? ""
        let bytes = try Files.bytes(stage.bundles + "/" + name)
        for number in 0..<200 {
            let copy = stage.bundles + "/copy-\(number).coffer-bundle"
            try Data(bytes).write(to: URL(fileURLWithPath: copy))
        }
        let limit = "ulimit -n 64"
        let listed = try stage.limited(limit, ["backup", "list", stage.bundles, "--json"])
        #expect(listed.status == 0, "\(listed.errors)")
        #expect(!listed.output.contains("unreadable"))
        #expect(listed.output.components(separatedBy: "coffer-bundle").count > 200)
        let created = try stage.limited(limit, ["backup", "create", "--to", stage.bundles])
        #expect(created.status == 0, "\(created)")
        let other = stage.live + "/other.coffer"
        let restored = try stage.limited(
            limit, ["backup", "restore", stage.bundles, "--to", other])
        #expect(restored.status == 0, "\(restored)")
        #expect(try stage.records(of: other) == scene.records)
        let verified = try stage.limited(limit, ["backup", "verify", stage.bundles])
        #expect(verified.status == 0, "\(verified.errors)")
    }

    /// Whoever only looks changes nothing, and says what is wrong with the disk.
    @Test(arguments: [
        ["backup", "verify", "$live/bundles"], ["backup", "verify", "$live/bundles", "--deep"],
        ["backup", "list", "$live/bundles"],
        ["backup", "restore", "$live/bundles", "--to", "$live/new.coffer", "--dry-run"],
    ])
    func lookingChangesNothingOnAnyDisk(_ words: [String]) throws {
        let scene = try Scene(BackupOperation.elsewhere)
        func files() -> [String] { Files.tree(scene.stage.live).filter { !$0.hasPrefix("state") } }
        let before = files()
        let usual = try scene.stage.run(words)
        #expect(usual.status == 0, "\(usual)")
        #expect(files() == before)
        for number in [ENOSPC, EROFS, EIO] {
            try scene.stage.reset()
            let outcome = try scene.stage.run(
                words, .error(number, at: 1, number == EIO ? .writes : .growth, onwards: true))
            #expect(outcome.status == 0 && outcome.output == usual.output, "\(outcome)")
            #expect(files() == before)
        }
    }
}
