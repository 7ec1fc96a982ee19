import Foundation
import Testing

@testable import Coffer

/// Vaults of the library read by a reader that was made from the format's page alone, and the
/// other way round.
@Suite(
    .enabled(
        if: IndependentReader.python != nil, "needs Python with the packages of Vectors/README.md"))
struct ReaderTests {
    @Test func aVaultWithEverythingIsReadAlike() throws {
        let scratch = try Scratch()
        let vault = try FullVault.make(scratch)
        #expect(try vault.check().isSound)
        let count = try IndependentReader.agree(vault, scratch)
        print("independent reader: \(count) records of a full vault, alike")
        #expect(count == 15)
    }

    @Test func anEmptyVaultIsReadAlike() throws {
        let scratch = try Scratch()
        var options = Vault.CreateOptions()
        options.memory = 65_536
        options.passes = 3
        options.hasRecoveryKey = false
        let made = try Vault.create(
            at: scratch.path + "/e.coffer", password: Scratch.password("A\u{30a}"),
            options: options, in: scratch.surroundings)
        let vault = try Vault(at: made.path, in: scratch.surroundings)
        try vault.unlock(password: Scratch.password("\u{c5}"))
        #expect(try IndependentReader.agree(vault, scratch, password: "\u{212b}") == 0)
    }

    @Test func theExampleOfTheOtherWriterIsReadAlikeAndGoesOn() throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/example"
        let outcome = try IndependentReader.run("example.py", [folder])
        #expect(outcome.status == 0, "\(outcome.output)")
        let vault = try Vault(at: folder + "/example.coffer", in: scratch.surroundings)
        let password = try String(contentsOfFile: folder + "/password", encoding: .utf8)
            .trimmingCharacters(in: .newlines)
        try vault.unlock(password: Scratch.password(password))
        let report = try vault.check()
        #expect(report.isSound, "\(report.findings.map(\.code)) \(report.findings.map(\.place))")
        let count = try IndependentReader.agree(vault, scratch, password: password)
        #expect(count == 9)
        _ = try vault.set("players", "anna", [.text(path: ["level"], "13")])
        _ = try vault.remove("players", ["chloé"])
        _ = try vault.add("notes", [.text(path: ["text"], "after")])
        #expect(try vault.check().isSound)
        let again = try Scratch()
        #expect(try IndependentReader.agree(vault, again, password: password) == 9)
        print("independent writer: \(count) records, alike; changed, and alike again")
    }
}
