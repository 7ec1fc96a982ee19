import Glibc
import Testing

/// Standard streams that are closed, full, or read by nobody.
@Suite(.enabled(if: Machine.hasProgram)) struct StreamTests {
    @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
    func writesNoMessageIntoAFileWhenStreamsAreClosed(_ closing: String) throws {
        let stage = try Stage()
        let words = ["set", "npcs", "npc-3", "hp=-1"]
        _ = try stage.run(words)
        let after = try stage.snapshot()
        try stage.reset()
        _ = try stage.limited("exec \(closing)", words)
        // A command that fails has a message that goes somewhere.
        _ = try stage.limited("exec \(closing)", ["get", "npcs", "nobody"])
        _ = try stage.limited("exec \(closing)", ["import", "$no-such.ndjson"])
        let header = try Files.bytes(stage.vault + "/vault.sqlite").prefix(16)
        #expect(header.elementsEqual("SQLite format 3\0".utf8))
        #expect(try stage.snapshot() == after)
        for name in Files.tree(stage.live + "/state") {
            let bytes = try? Files.bytes(stage.live + "/state/" + name)
            #expect(!String(decoding: bytes ?? [], as: UTF8.self).contains("coffer:"))
        }
    }

    @Test(arguments: [["export"], ["list", "npcs"], ["get", "npcs", "npc-16"], ["check"]])
    func saysThatTheOutputIsFull(_ words: [String]) throws {
        let stage = try Stage()
        let outcome = try stage.scratch.run(
            stage.words(words), adding: stage.environment, output: "/dev/full")
        #expect(outcome.status == 8 && outcome.saysOneLine, "\(outcome)")
    }

    @Test(arguments: [["export"], ["list", "npcs"], ["export", "--format", "ndjson", "npcs"]])
    func endsQuietlyWithoutSuccessWhenNobodyReads(_ words: [String]) throws {
        let stage = try Stage()
        // More than a pipe holds.
        let many = try stage.run(["import", "$many.ndjson", "--into", "npcs"])
        #expect(many.status == 0)
        let outcome = try stage.scratch.run(
            [
                "/bin/bash", "-c", #""$@" | true; exit ${PIPESTATUS[0]}"#, "sh",
            ] + stage.words(words), adding: stage.environment)
        #expect(outcome.status == 1, "\(outcome)")
        #expect(outcome.errors == "", "\(outcome)")
        #expect(try stage.run(["check"]).status == 0)
    }
}
