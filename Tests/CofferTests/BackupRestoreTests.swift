import CofferBundles
import CofferDisk
import CofferFormat
import CofferRecords
import CofferSQLite
import CofferStore
import Foundation
import Testing

@testable import Coffer

/// A vault restored in the place of another one, or beside it.
@Suite struct BackupRestoreTests {
    private func stage() throws -> BackupStage { try BackupRoundTripTests.stage() }

    private func restoreOver(_ stage: BackupStage, _ place: String) throws -> Bundles.Restored {
        let bundles = Bundles(in: stage.scratch.surroundings)
        return try bundles.restore(
            bundles.plan(from: place), to: stage.vault.path,
            key: .password(Scratch.password()), isReplacing: true)
    }

    private func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    /// How a vault stands, for programs.
    private func state(_ vault: Vault) throws -> VaultState {
        try vault.records.read { try $0.state() }
    }

    @Test func aVaultInThePlaceIsKeptAndTheNewOneGoesOnAboveIt() throws {
        let stage = try stage()
        let made = try stage.backUp()
        try stage.put("people", #"{"id":"p","letter":"lost"}"#, #"{"id":"new"}"#)
        try stage.vault.recordUnlock()
        let before = try state(stage.vault)
        let lines = try stage.vault.lines()
        stage.vault.lock()
        let files = try WholeVault.files(stage.vault.path)
        // Newer changes are not put aside because a folder was named.
        #expect(code { _ = try restoreOver(stage, stage.bundles) } == .older)
        #expect(try WholeVault.files(stage.vault.path) == files)
        let told = try restoreOver(stage, made.path)
        let kept = try #require(told.replaced)
        #expect(kept == stage.vault.path + ".before-restore")
        #expect(try WholeVault.files(kept) == files)
        let names = try FileManager.default.contentsOfDirectory(atPath: stage.scratch.path)
        #expect(!names.contains { $0.contains(".restoring-") })
        #expect(Set(try WholeVault.files(stage.vault.path).keys) == ["vault.sqlite"])
        let mode = try FileManager.default.attributesOfItem(atPath: stage.vault.path)
        #expect(mode[.posixPermissions] as? Int == 0o700)
        let file = try FileManager.default.attributesOfItem(
            atPath: stage.vault.path + "/vault.sqlite")
        #expect(file[.posixPermissions] as? Int == 0o600)

        let restored = try stage.scratch.open()
        #expect(stage.picture?.differences(from: try BackupPicture(restored)) == [])
        let after = try state(restored)
        #expect(after.instance == before.instance)
        #expect(after.epoch > before.epoch && after.epochReason == .restored)
        #expect(after.generation > before.generation)
        #expect(after.sequence >= before.sequence)
        let status = try restored.status()
        #expect(status.isOlder == false)
        // What is written now has numbers that nobody has seen before.
        try BackupStage(stage.scratch, restored).put("people", #"{"id":"p","letter":"next"}"#)
        var numbers: [UInt64] = []
        try restored.changes(since: before.sequence) {
            numbers.append($0.number)
            return true
        }
        #expect(numbers.count == 1)
        #expect(try restored.check().isSound)

        // What was put aside opens as what it is, and is known to be another copy of its past.
        var surroundings = stage.scratch.surroundings
        surroundings.allowsOlder = true
        let aside = try Vault(at: kept, in: surroundings)
        try aside.unlock(password: Scratch.password())
        #expect(try aside.lines() == lines)
        #expect(try aside.check().isSound)
    }

    @Test func aRestoredVaultIsBackedUpAndRestoredAgain() throws {
        let stage = try stage()
        try stage.backUp()
        try stage.put("people", #"{"id":"p","letter":"1"}"#)
        let second = try stage.backUp()
        for round in 0..<3 {
            stage.vault.lock()
            _ = try restoreOver(stage, second.path)
            let next = BackupStage(stage.scratch, try stage.scratch.open())
            // What the second bundle holds of the first is known, so that one goes on.
            try next.put("people", #"{"id":"p","letter":"after \#(round)"}"#)
            let made = try next.backUp()
            #expect(!made.isFull)
            try next.put("people", #"{"id":"more","letter":"\#(round)"}"#)
            #expect(try next.backUp().parent == made.id)
            let restored = try next.expectRestored()
            #expect(try restored.get("people", "p").fieldText("letter") == "after \(round)")
            next.vault.lock()
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: stage.scratch.path)
        #expect(names.filter { $0.contains("before-restore") }.count == 3)
    }

    @Test func aRestoreOfAnOlderBundleBeginsAnew() throws {
        let stage = try stage()
        let first = try stage.backUp()
        try stage.put("people", #"{"id":"p","letter":"1"}"#)
        try stage.backUp()
        stage.vault.lock()
        _ = try restoreOver(stage, first.path)
        let next = BackupStage(stage.scratch, try stage.scratch.open())
        try next.put("people", #"{"id":"p","letter":"other"}"#)
        // A full bundle does not know itself.
        #expect(try next.backUp().isFull)
        #expect(try next.expectRestored().get("people", "p").fieldText("letter") == "other")
    }

    @Test func elsewhereItIsAnotherCopyAndTheFirstHearsNothingOfIt() throws {
        let stage = try stage()
        try stage.backUp()
        let (copy, told) = try stage.restore()
        #expect(told.replaced == nil)
        let (first, second) = (try state(stage.vault), try state(copy))
        #expect(first.instance != second.instance)
        #expect(second.epoch > first.epoch)
        // Both are written to, and opened again and again.
        for round in 0..<3 {
            let left = BackupStage(stage.scratch, try stage.scratch.open())
            try left.put("people", #"{"id":"p","letter":"left \#(round)"}"#)
            let right = try Vault(at: copy.path, in: stage.scratch.surroundings)
            try right.unlock(password: Scratch.password())
            try BackupStage(stage.scratch, right).put(
                "people", #"{"id":"p","letter":"right \#(round)"}"#)
            for vault in [left.vault, right] {
                let status = try vault.status()
                #expect(status.isOlder == false && status.remarks == [])
                vault.lock()
            }
        }
        // Bundles of both lie in one folder; each continues its own.
        let made = try stage.backUp()
        #expect(!made.isFull)
        let other = BackupStage(stage.scratch, copy)
        #expect(try other.backUp(to: stage.bundles).isFull)
        try other.put("people", #"{"id":"q","letter":"theirs"}"#)
        #expect(try !other.backUp(to: stage.bundles).isFull)
        try other.expectRestored()
        try stage.put("people", #"{"id":"q","letter":"ours"}"#)
        #expect(try stage.backUp().parent == made.id)
        try stage.expectRestored()
    }

    @Test func anotherCopyAnotherVaultAndAnotherFolderAreNotReplaced() throws {
        let stage = try stage()
        let made = try stage.backUp()
        let bundles = Bundles(in: stage.scratch.surroundings)
        let plan = try bundles.plan(from: stage.bundles)
        let named = try bundles.plan(from: made.path)
        func refusal(_ plan: Bundles.RestorePlan, _ path: String, replacing: Bool = true) throws
            -> VaultError.Code?
        {
            let before = try WholeVault.files(stage.scratch.path)
            let code = code {
                _ = try bundles.restore(
                    plan, to: path, key: .password(Scratch.password()), isReplacing: replacing)
            }
            let after = try WholeVault.files(stage.scratch.path)
            let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
            #expect(changed.filter { !$0.hasPrefix("state/") } == [])
            return code
        }
        let (copy, _) = try stage.restore()
        copy.lock()
        #expect(try refusal(plan, copy.path) == .older)
        #expect(try refusal(plan, copy.path, replacing: false) == .exists)
        let foreign = try stage.scratch.vault("foreign.coffer")
        foreign.lock()
        for plan in [plan, named] { #expect(try refusal(plan, foreign.path) == .foreign) }
        _ = try stage.scratch.write("folder/diary.txt", "no vault")
        _ = try stage.scratch.write("file.coffer", "no vault")
        for name in ["folder", "file.coffer"] {
            for plan in [plan, named] {
                let path = stage.scratch.path + "/" + name
                #expect(try refusal(plan, path) == .exists, "\(name)")
            }
        }
        // Named, the copy is replaced.
        let told = try bundles.restore(
            named, to: copy.path, key: .password(Scratch.password()), isReplacing: true)
        #expect(told.replaced != nil)
    }

    /// The usual reason to restore: what is there cannot be opened any more.
    @Test(arguments: ["emptied", "cut off", "overwritten", "gone"])
    func aDamagedVaultIsReplacedAndKept(_ how: String) throws {
        let stage = try stage()
        try stage.backUp()
        let before = try state(stage.vault)
        stage.vault.lock()
        let file = stage.vault.path + "/vault.sqlite"
        var bytes = try Data(contentsOf: URL(filePath: file))
        switch how {
        case "emptied": bytes = Data()
        case "cut off": bytes = bytes.prefix(bytes.count / 2)
        case "overwritten": bytes.replaceSubrange(0..<4_096, with: Data(count: 4_096))
        default: break
        }
        if how == "gone" {
            try FileManager.default.removeItem(atPath: file)
        } else {
            try bytes.write(to: URL(filePath: file))
        }
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: file + suffix)
        }
        let told = try restoreOver(stage, stage.bundles)
        let kept = try #require(told.replaced)
        if how != "gone" {
            #expect(try Data(contentsOf: URL(filePath: kept + "/vault.sqlite")) == bytes)
        }
        let restored = try stage.scratch.open()
        #expect(stage.picture?.differences(from: try BackupPicture(restored)) == [])
        let after = try state(restored)
        // It is the copy that this machine remembers, and goes on above what is remembered.
        #expect(after.instance == before.instance && after.epoch > before.epoch)
        #expect(after.generation > before.generation && after.sequence > before.sequence)
        #expect(try restored.status().isOlder == false)
    }

    /// The vault in the place is itself an older copy: numbers that were given since are not given
    /// again.
    @Test func overAnOlderCopyItGoesOnAboveWhatIsRemembered() throws {
        let stage = try stage()
        let made = try stage.backUp()
        stage.vault.lock()
        let aside = stage.scratch.path + "/aside"
        try FileManager.default.copyItem(atPath: stage.vault.path, toPath: aside)
        let newer = BackupStage(stage.scratch, try stage.scratch.open())
        for number in 0..<50 { try newer.put("people", #"{"id":"p","letter":"\#(number)"}"#) }
        let last = try state(newer.vault)
        newer.vault.lock()
        try FileManager.default.removeItem(atPath: stage.vault.path)
        try FileManager.default.moveItem(atPath: aside, toPath: stage.vault.path)
        _ = try restoreOver(stage, made.path)
        let after = try state(stage.scratch.open())
        #expect(after.instance == last.instance && after.epoch > last.epoch)
        #expect(after.generation > last.generation && after.sequence > last.sequence)
    }

    @Test func whoHasTheOldVaultOpenDoesNotWriteToTheNewOne() throws {
        let stage = try stage()
        let made = try stage.backUp()
        let other = try stage.scratch.open()
        _ = try other.get("people", "p")
        _ = try restoreOver(stage, made.path)
        #expect(code { _ = try other.remove("people", ["p"]) } == .changedUnderneath)
        let restored = try stage.scratch.open()
        #expect(try restored.get("people", "p").fieldText("letter") == "dear")
        #expect(try restored.check().isSound)
    }

    @Test func aWrongKeyAndACancelledRestoreLeaveNothing() throws {
        let stage = try stage()
        try stage.backUp()
        let bundles = Bundles(in: stage.scratch.surroundings)
        let plan = try bundles.plan(from: stage.bundles)
        let path = stage.scratch.path + "/elsewhere/v.coffer"
        let wrong = code {
            _ = try bundles.restore(plan, to: path, key: .password(Scratch.password("wrong")))
        }
        #expect(wrong == .wrongPassword)
        #expect(!FileManager.default.fileExists(atPath: stage.scratch.path + "/elsewhere"))
        let file = try stage.scratch.write(
            "in/many.ndjson", (0..<3_000).map { #"{"id":\#($0)}"# }.joined(separator: "\n"))
        _ = try stage.vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        try stage.backUp()
        let larger = try bundles.plan(from: stage.bundles)
        let cancelled = code {
            _ = try bundles.restore(larger, to: path, key: .password(Scratch.password())) { _, _ in
                false
            }
        }
        #expect(cancelled == .cancelled)
        #expect(
            try FileManager.default.contentsOfDirectory(
                atPath: stage.scratch.path + "/elsewhere") == [])
    }

    @Test func aBackupThatIsCancelledLeavesNothing() throws {
        let stage = try stage()
        let file = try stage.scratch.write(
            "in/many.ndjson", (0..<3_000).map { #"{"id":\#($0)}"# }.joined(separator: "\n"))
        _ = try stage.vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        let cancelled = code { _ = try stage.vault.backUp(to: stage.bundles) { _, _ in false } }
        #expect(cancelled == .cancelled)
        #expect(try FileManager.default.contentsOfDirectory(atPath: stage.bundles) == [])
        #expect(try stage.vault.backUp(to: stage.bundles).isFull)
        #expect(try stage.vault.check().isSound)
    }

    /// Rows that somebody took out of the database are missed, in a bundle of changes, too.
    @Test(arguments: ["c_1", "c_2", "h_1", "tomb", "audit"])
    func aVaultThatLacksRowsIsNotBackedUp(_ table: String) throws {
        for isFull in [true, false] {
            let stage = try stage()
            _ = try stage.vault.remove("people", ["q"])
            try stage.backUp()
            stage.vault.lock()
            let database = stage.vault.path + "/vault.sqlite"
            try Self.sql(
                "PRAGMA foreign_keys=OFF;DELETE FROM \(table) WHERE rowid = "
                    + "(SELECT min(rowid) FROM \(table));", database)
            let vault = try stage.scratch.open()
            let code = code { _ = try vault.backUp(to: stage.bundles, isFull: isFull) }
            #expect(code == .damaged, "\(table), full: \(isFull)")
            let names = try FileManager.default.contentsOfDirectory(atPath: stage.bundles)
            #expect(names.count == 1)
        }
    }

    private static func sql(_ text: String, _ database: String) throws {
        let connection = try Connection(path: database, mode: .readWrite)
        for statement in text.split(separator: ";") {
            try connection.execute(String(statement))
        }
    }
}
