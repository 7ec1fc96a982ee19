import Foundation
import Testing

@testable import Coffer

/// Bundles that are signed and sealed as they should be, with records that no vault can have.
@Suite struct BackupStreamForgeryTests {
    private static let changes = [
        // A record names another one, which is not there.
        StreamForgery.Change(mark: "marked", old: "the-town-of-it", new: "no-town-has-it"),
        // JSON in a field is not as it would be written.
        StreamForgery.Change(mark: "marked", old: "[1000,2000]", new: "[1000, 200]"),
        // It is, and all that a restore says then is that it is done.
        StreamForgery.Change(mark: "marked", old: "[1000,2000]", new: "[1000,2001]"),
    ]

    private func stage() throws -> (BackupStage, Vault.Backup) {
        let stage = try BackupStage()
        try stage.apply(
            (
                "towns",
                #"{"type":"object","required":["id"],"properties":{"id":{"type":"string"}}}"#
            ),
            (
                "people",
                """
                {"type":"object","required":["id"],"properties":{"id":{"type":"string"},\
                "list":{"type":"array"},\
                "town":{"type":"string","coffer:references":"towns"}}}
                """
            ))
        try stage.put("towns", #"{"id":"the-town-of-it"}"#)
        try stage.put(
            "people", #"{"id":"marked","list":[1000,2000],"town":"the-town-of-it"}"#)
        return (stage, try stage.backUp())
    }

    @Test(arguments: 0..<3)
    func whatNoVaultCanHoldIsNotRestored(_ number: Int) throws {
        let (stage, made) = try stage()
        let forged = stage.scratch.path + "/forged.coffer-bundle"
        let changed = try StreamForgery(stage.vault).forge(
            made.path, to: forged, Self.changes[number])
        #expect(changed == 1)
        let files = FileManager.default
        let before = try files.contentsOfDirectory(atPath: stage.scratch.path).sorted()
        guard number < 2 else {
            let (restored, _) = try stage.restore(from: forged)
            let list = try restored.get("people", "marked").fullJSON
            #expect(list.contains("2001"), "\(list)")
            return
        }
        do {
            _ = try stage.restore(from: forged, to: "target.coffer")
            Issue.record("it was restored")
        } catch { #expect((error as? VaultError)?.code == .damaged, "\(error)") }
        #expect(try files.contentsOfDirectory(atPath: stage.scratch.path).sorted() == before)
        // Over a vault it changes nothing either.
        let vault = try WholeVault.files(stage.vault.path)
        stage.vault.lock()
        let bundles = Bundles(in: stage.scratch.surroundings)
        #expect(throws: VaultError.self) {
            _ = try bundles.restore(
                bundles.plan(from: forged), to: stage.vault.path,
                key: .password(Scratch.password()), isReplacing: true)
        }
        #expect(try WholeVault.files(stage.vault.path) == vault)
    }
}
