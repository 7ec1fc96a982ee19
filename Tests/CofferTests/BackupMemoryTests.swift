import Foundation
import Testing

@testable import Coffer

/// What backing up, verifying and restoring take does not grow with the vault.
@Suite(.enabled(if: OtherProcess.isThere)) struct BackupMemoryTests {
    /// 100 letters of a megabyte, each of a person of their own.
    @Test(.timeLimit(.minutes(5))) func largeRecordsAreTakenAFewAtATime() throws {
        let stage = try BackupRoundTripTests.stage()
        var dice = CodingDice(seed: 5)
        var noise: [UInt8] = []
        noise.reserveCapacity(1 << 20)
        // Digits and letters, and no sign that JSON writes otherwise.
        while noise.count < 1 << 20 {
            let word = dice.next()
            for shift in stride(from: UInt64(0), to: 60, by: 6) {
                noise.append(UInt8(ascii: "0") + UInt8(word >> shift & 31))
            }
        }
        let text = String(decoding: noise, as: UTF8.self)
        for number in 0..<100 {
            try stage.put("people", #"{"id":"l\#(number)","letter":"\#(text)"}"#)
        }
        stage.vault.lock()
        func peak(_ words: [String]) throws -> Int {
            let found = try OtherProcess.peak(words, in: stage.scratch)
            #expect(found.status == 0, "\(words)")
            return found.memory
        }
        let create = try peak(["backup", "create", "--to", stage.bundles])
        let names = try FileManager.default.contentsOfDirectory(atPath: stage.bundles)
        let bundle = stage.bundles + "/" + (names.first ?? "")
        let size = try FileManager.default.attributesOfItem(atPath: bundle)[.size] as? Int
        #expect(size ?? 0 > 60 << 20)
        let verify = try peak(["backup", "verify", bundle, "--deep"])
        let restore = try peak([
            "backup", "restore", bundle, "--to", stage.scratch.path + "/restored.coffer",
        ])
        print("peaks in MiB: create \(create), verify --deep \(verify), restore \(restore)")
        for peak in [create, verify, restore] { #expect(peak > 10 && peak < 160) }
    }

    /// One of 40 MB counts a few times, and no more.
    @Test(.timeLimit(.minutes(5))) func oneVeryLargeRecordPasses() throws {
        let stage = try BackupRoundTripTests.stage()
        let text = String(repeating: "0123456789abcdef", count: 40 << 16)
        try stage.put("towns", #"{"id":"large","name":"x","log":"\#(text)"}"#)
        try stage.put("people", #"{"id":"large","letter":"\#(text)"}"#)
        stage.vault.lock()
        var peaks: [Int] = []
        for words in [
            ["create", "--to", stage.bundles], ["verify", stage.bundles, "--deep"],
            ["restore", stage.bundles, "--to", stage.scratch.path + "/restored.coffer"],
        ] {
            let found = try OtherProcess.peak(["backup"] + words, in: stage.scratch)
            #expect(found.status == 0, "\(words)")
            peaks.append(found.memory)
        }
        print("peaks in MiB with a record of 40 MB: \(peaks)")
        #expect(peaks.allSatisfy { $0 < 480 })
        let restored = try Vault(
            at: stage.scratch.path + "/restored.coffer", in: stage.scratch.surroundings)
        try restored.unlock(password: Scratch.password())
        #expect(try restored.get("people", "large").fieldText("letter")?.utf8.count == 40 << 20)
    }
}
