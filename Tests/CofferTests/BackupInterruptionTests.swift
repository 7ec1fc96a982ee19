import CofferCare
import CofferDisk
import CofferKeys
import Foundation
import Testing

@testable import Coffer

/// A restore that is interrupted between any two of its steps.
@Suite struct BackupInterruptionTests {
    /// A vault with a bundle, and what both are.
    private struct Stage {
        let stage: BackupStage
        let bundle: String
        /// The files of the vault that is replaced.
        let old: [String: Data]
        var path: String { stage.vault.path }

        init() throws {
            stage = try BackupRoundTripTests.stage()
            bundle = try stage.backUp().path
            try stage.put("people", #"{"id":"only here"}"#)
            stage.vault.lock()
            old = try WholeVault.files(stage.vault.path)
        }

        /// Restores on a disk, in the place of the vault or elsewhere.
        func restore(to path: String, _ disk: any FileSystem) throws {
            let bundles = Bundles(in: stage.scratch.surroundings)
            let plan = try bundles.plan(from: bundle)
            let chain = try VerifiedChain(plan.chain) {
                try bundles.trust($0, .password(Scratch.password()))
            }
            _ = try BackupRestore(
                chain, environment: stage.scratch.surroundings.environment, disk: disk
            ).run(to: path, isReplacing: true, above: BackupRestore.Floor())
        }

        /// The names beside the vault that begin as it does.
        var names: [String] {
            get throws {
                try FileManager.default.contentsOfDirectory(atPath: stage.scratch.path)
                    .filter { $0.hasPrefix("test.coffer") || $0.hasPrefix("new.coffer") }.sorted()
            }
        }

        /// The names under which the vault of before lies, whole.
        func placesOfTheOld() throws -> [String] {
            try names.filter {
                let files = try WholeVault.files(stage.scratch.path + "/" + $0)
                return files["vault.sqlite"] == old["vault.sqlite"]
            }
        }

        /// Whether a whole vault lies in a place that is the restored one.
        func isRestored(_ path: String) throws -> Bool {
            var surroundings = stage.scratch.surroundings
            surroundings.stateDirectory = nil
            guard let vault = try? Vault(at: path, in: surroundings) else { return false }
            try vault.unlock(password: Scratch.password())
            defer { vault.lock() }
            let differences = stage.picture?.differences(from: try BackupPicture(vault))
            return try differences == [] && vault.check().isSound
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: [true, false])
    func theOldVaultIsNeverLostAndTheNewOneWholeOrNotThere(_ isDead: Bool) throws {
        var counts = (points: 0, before: 0, after: 0)
        var point = 1
        while true {
            let stage = try Stage()
            let disk = TrippingDisk(at: point, isDead: isDead)
            let isDone = (try? stage.restore(to: stage.path, disk)) != nil
            if disk.count < point {
                #expect(isDone)
                break
            }
            let place = "step \(point), then \(isDead ? "nothing" : "on"): \(try stage.names)"
            counts.points += 1
            let places = try stage.placesOfTheOld()
            #expect(places.count == 1, "\(place)")
            if places == ["test.coffer"] {
                counts.before += 1
            } else {
                counts.after += 1
                #expect(try stage.isRestored(stage.path), "\(place)")
            }
            // The next restore tidies up, and loses nothing of what was there either.
            try stage.restore(to: stage.path, LocalFileSystem())
            let names = try stage.names
            #expect(!names.contains { $0.contains(".restoring-") }, "\(place), then \(names)")
            let kept = try stage.placesOfTheOld()
            #expect(kept.count == 1 && kept != ["test.coffer"], "\(place), then \(names)")
            #expect(try stage.isRestored(stage.path), "\(place)")
            for name in names {
                let files = try WholeVault.files(stage.stage.scratch.path + "/" + name)
                #expect(files["vault.sqlite"] != nil, "\(name), \(place)")
                #expect(files["restoring.lock"] == nil, "\(name), \(place)")
            }
            point += 1
        }
        #expect(counts.points > 6 && counts.before > 2 && counts.after > 0)
        print("restore interrupted: \(counts)")
    }

    @Test(.timeLimit(.minutes(5)), arguments: [true, false])
    func elsewhereThereIsAWholeVaultOrNone(_ isDead: Bool) throws {
        var point = 1
        while true {
            let stage = try Stage()
            let path = stage.stage.scratch.path + "/new.coffer"
            let disk = TrippingDisk(at: point, isDead: isDead)
            _ = try? stage.restore(to: path, disk)
            if disk.count < point { break }
            let isThere = FileManager.default.fileExists(atPath: path)
            if isThere { #expect(try stage.isRestored(path), "step \(point)") }
            try stage.restore(to: path, LocalFileSystem())
            let names = try stage.names
            #expect(try stage.isRestored(path), "step \(point)")
            let expected =
                ["new.coffer"] + (isThere ? ["new.coffer.before-restore"] : []) + ["test.coffer"]
            #expect(names == expected, "step \(point)")
            point += 1
        }
        #expect(point > 6)
    }

    /// Two at once: neither takes the other's work for something that was left over.
    @Test func aRestoreThatIsUnderWayIsLeftAlone() throws {
        let stage = try Stage()
        let under = stage.path + ".restoring-00000000"
        try FileManager.default.createDirectory(
            atPath: under, withIntermediateDirectories: false)
        _ = try stage.stage.scratch.write("test.coffer.restoring-00000000/vault.sqlite", "half")
        let lock = try LocalFileSystem().lock(
            under + "/restoring.lock", .exclusive, timeout: .zero)
        try stage.restore(to: stage.path, LocalFileSystem())
        #expect(FileManager.default.fileExists(atPath: under + "/vault.sqlite"))
        withExtendedLifetime(lock) {}
    }
}
