import Foundation
import Testing

@testable import Coffer

/// A bundle is of one moment, whoever writes meanwhile.
@Suite struct BackupMomentTests {
    private static func sum(_ vault: Vault) throws -> [String] {
        try ["left", "right"].map { try vault.get("pair", $0).fieldText("n") ?? "" }
    }

    private static func pair(_ number: Int) -> String {
        #"{"id":"left","n":\#(number)}"# + "\n" + #"{"id":"right","n":\#(-number)}"#
    }

    /// Another process keeps on writing two records together while a bundle is made.
    @Test(.enabled(if: OtherProcess.isThere), .timeLimit(.minutes(5)))
    func twoRecordsThatChangeTogetherAreTogetherInEveryBundle() throws {
        let scratch = try Scratch()
        let stage = BackupStage(scratch, try scratch.vault())
        let fill = try scratch.write(
            "in/many.ndjson",
            (0..<20_000).map { #"{"id":\#($0),"text":"\#($0) of many"}"# }
                .joined(separator: "\n"))
        _ = try stage.vault.importFiles(ImportRequest(paths: [fill])) { _, _ in }
        try stage.apply(("pair", #"{"properties":{"id":{"type":"string"}},"required":["id"]}"#))
        _ = try stage.vault.put("pair", ndjson: Array(Self.pair(0).utf8))

        let isDone = scratch.path + "/done"
        let writer = Thread {
            var number = 1
            while !FileManager.default.fileExists(atPath: isDone) {
                do {
                    let file = try scratch.write("in/pair.ndjson", Self.pair(number))
                    let status = try OtherProcess.run(
                        ["import", file, "--into", "pair"], in: scratch)
                    if status != 0 { Issue.record("the writer ended with \(status)") }
                } catch { Issue.record(error) }
                number += 1
            }
            try? "\(number)".write(toFile: isDone + "2", atomically: true, encoding: .utf8)
        }
        writer.start()
        var seen: Set<[String]> = []
        var during = 0
        for round in 0..<4 {
            let before = try Self.sum(stage.vault)
            let made = try stage.vault.backUp(to: stage.bundles, isFull: round % 2 == 0)
            if try Self.sum(stage.vault) != before { during += 1 }
            #expect(made.isFull == (round % 2 == 0))
            let (restored, _) = try stage.restore(from: made.path)
            let found = try Self.sum(restored)
            #expect(Int(found[0]).map { -$0 } == Int(found[1]), "\(found)")
            #expect(try restored.count("many", where: "true") == 20_000)
            #expect(try restored.check().isSound)
            seen.insert(found)
        }
        _ = try scratch.write("done", "")
        for _ in 0..<600 where !FileManager.default.fileExists(atPath: isDone + "2") {
            usleep(50_000)
        }
        let rounds = Int(try String(contentsOfFile: isDone + "2", encoding: .utf8)) ?? 0
        #expect(during > 0 && seen.count > 1 && rounds > 4)
        print("bundles while another process writes: \(rounds) writes, \(during) of 4 during one")
    }

    /// In the middle of one, to be sure of it.
    @Test func whatIsWrittenDuringABundleIsInTheNext() throws {
        let stage = try BackupRoundTripTests.stage()
        let file = try stage.scratch.write(
            "in/many.ndjson", (0..<2_000).map { #"{"id":\#($0)}"# }.joined(separator: "\n"))
        _ = try stage.vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        let other = try stage.scratch.open()
        var calls = 0
        let before = try BackupPicture(stage.vault)
        let made = try stage.vault.backUp(to: stage.bundles) { _, _ in
            calls += 1
            guard calls == 2 else { return true }
            #expect(throws: Never.self) {
                try other.write { transaction in
                    _ = try transaction.remove("people", ["p"])
                    _ = try transaction.put(
                        "towns", ndjson: Array(#"{"id":"c","name":"Cee"}"#.utf8))
                }
            }
            return true
        }
        #expect(calls > 2)
        #expect(made.isFull)
        let (restored, _) = try stage.restore()
        let found = try BackupPicture(restored)
        #expect(before.collections == found.collections && before.changes == found.changes)
        #expect(try stage.vault.backUp(to: stage.bundles).parent == made.id)
        #expect(try stage.restore().vault.lines() == stage.vault.lines())
    }
}
