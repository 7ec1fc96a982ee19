import CofferFormat
import CofferRecords
import Foundation
import Testing

@testable import Coffer

/// A vault made of bundles is the vault that they were made of.
@Suite struct BackupRoundTripTests {
    /// People who have secrets, and towns with one name each that people refer to.
    static let towns = """
        {"type":"object","required":["id"],"properties":{"id":{"type":"string"},\
        "name":{"type":"string","coffer:unique":true},"size":{"type":"integer"},\
        "mayor":{"type":["string","null"],"coffer:references":"people",\
        "coffer:on-delete":"clear"}}}
        """
    static let people = """
        {"type":"object","required":["id"],"coffer:subject":"id","properties":{"id":\
        {"type":"string"},"town":{"type":["string","null"],"coffer:references":"towns",\
        "coffer:on-delete":"cascade"},"letter":{"type":"string",\
        "coffer:personal":{"category":"content"}}}}
        """

    static func stage() throws -> BackupStage {
        let stage = try BackupStage()
        try stage.apply(("towns", towns), ("people", people))
        try stage.put(
            "towns", #"{"id":"a","name":"Aal","size":1}"#, #"{"id":"b","name":"Bee","size":2}"#)
        try stage.put(
            "people", #"{"id":"p","town":"a","letter":"dear"}"#, #"{"id":"q","town":"b"}"#)
        _ = try stage.vault.set("towns", "a", [.text(path: ["mayor"], "p")])
        return stage
    }

    @Test(.timeLimit(.minutes(3)))
    func everythingThatAVaultCanHoldComesBack() throws {
        let scratch = try Scratch()
        let stage = BackupStage(scratch, try FullVault.make(scratch))
        try stage.backUp()
        let restored = try stage.expectRestored()
        #expect(try restored.collections().count > 8)
        #expect(stage.picture?.history.count ?? 0 > 20)
        #expect(stage.picture?.trash.isEmpty == false)
        #expect(try restored.lines() == stage.vault.lines())
        // Bytes are no text: JSON does not tell them apart.
        let blob = try restored.records.read { reader in
            let plan = try reader.plan(named: "ships")
            return try reader.get(try reader.identify("e", in: plan), in: plan)?.value["blob"]
        }
        #expect(blob == .bytes([0, 255, 16]))
    }

    @Test func emptyVaultsAndCollectionsComeBack() throws {
        let stage = try BackupStage()
        try stage.backUp()
        try stage.expectRestored()
        try stage.apply(("towns", Self.towns), ("people", Self.people))
        try stage.backUp()
        #expect(try stage.expectRestored().collections().map(\.records) == [0, 0])
        try stage.put("towns", #"{"id":"a","name":"Aal"}"#)
        try stage.backUp()
        _ = try stage.vault.remove("towns", ["a"], isForgetting: true)
        try stage.backUp()
        #expect(try stage.expectRestored().collections().map(\.records) == [0, 0])
    }

    /// What is done to a vault between two bundles.
    struct Step: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: @Sendable (BackupStage) throws -> Void

        static let all = [
            Step(testDescription: "nothing") { _ in },
            Step(testDescription: "add") { stage in
                try stage.put("towns", #"{"id":"c","name":"Cee"}"#)
                try stage.put("people", #"{"id":"r","town":"c","letter":"new"}"#)
            },
            Step(testDescription: "change") { stage in
                try stage.put("people", #"{"id":"p","town":"b","letter":"other"}"#)
                _ = try stage.vault.set("towns", "b", [.json(path: ["size"], Array("9".utf8))])
            },
            Step(testDescription: "swap unique values") { stage in
                try stage.put(
                    "towns", #"{"id":"a","name":"Sea"}"#, #"{"id":"b","name":"Aal"}"#,
                    #"{"id":"a","name":"Bee"}"#)
            },
            Step(testDescription: "remove") { _ = try $0.vault.remove("people", ["q"]) },
            Step(testDescription: "cascade") { _ = try $0.vault.remove("towns", ["a", "b"]) },
            Step(testDescription: "remove and add again") { stage in
                _ = try stage.vault.remove("people", ["p"])
                try stage.put("people", #"{"id":"p","town":"b","letter":"again"}"#)
            },
            Step(testDescription: "remove, add and remove again") { stage in
                for _ in 0..<2 {
                    _ = try stage.vault.remove("people", ["p"])
                    try stage.put("people", #"{"id":"p","town":"b"}"#)
                }
                _ = try stage.vault.remove("people", ["p"])
            },
            Step(testDescription: "remove for good") { stage in
                _ = try stage.vault.remove("people", ["p"], isForgetting: true)
                _ = try stage.vault.remove("towns", ["a"], isForgetting: true)
            },
            Step(testDescription: "another in the same row") { stage in
                _ = try stage.vault.remove("people", ["q"])
                try stage.put("people", #"{"id":"z","town":"a","letter":"z"}"#)
            },
            Step(testDescription: "undo") { _ = try $0.vault.undo() },
            Step(testDescription: "remove and undo") { stage in
                _ = try stage.vault.remove("towns", ["a"])
                _ = try stage.vault.undo()
            },
            Step(testDescription: "empty the trash") { stage in
                _ = try stage.vault.remove("people", ["q"])
                _ = try stage.vault.emptyTrash()
            },
            Step(testDescription: "no history") { stage in
                try stage.vault.set(Vault.HistoryPolicy(days: 30, versions: 0))
                try stage.put("people", #"{"id":"p","town":"b","letter":"unkept"}"#)
            },
            Step(testDescription: "one version") { stage in
                for size in 0..<4 {
                    _ = try stage.vault.set(
                        "towns", "a", [.json(path: ["size"], Array("\(size)".utf8))])
                }
                try stage.vault.set(Vault.HistoryPolicy(days: 30, versions: 1))
            },
            Step(testDescription: "a field more") { stage in
                try stage.put("towns", #"{"id":"a","name":"Aal","motto":"ahoy","tax":[1]}"#)
                try stage.apply(
                    (
                        "towns",
                        BackupRoundTripTests.towns.replacing(
                            #""size""#,
                            with: #""motto":{"type":"string","coffer:index":true},"size""#)
                    ))
            },
            Step(testDescription: "another collection") { stage in
                try stage.apply(
                    ("wares", #"{"properties":{"x":{"type":"integer","coffer:plain":true}}}"#))
                try stage.put("wares", #"{"x":1}"#, #"{"x":2,"y":{}}"#)
            },
            Step(testDescription: "unlocked") { try $0.vault.recordUnlock() },
        ]
    }

    /// A full bundle, something done, an incremental, it done again, another incremental.
    @Test(arguments: Step.all)
    func aChainIsTheVaultAtItsEnd(_ step: Step) throws {
        let stage = try Self.stage()
        let first = try stage.backUp()
        #expect(first.isFull && first.parent == nil && first.recordsBefore == nil)
        try step.body(stage)
        let second = try stage.backUp()
        #expect(!second.isFull && second.parent == first.id)
        try stage.expectRestored()
        // What was there to be removed is not there twice.
        try? step.body(stage)
        try stage.put("people", #"{"id":"last"}"#)
        let third = try stage.backUp()
        #expect(!third.isFull && third.parent == second.id)
        let restored = try stage.expectRestored()
        #expect(try restored.lines() == stage.vault.lines())
        // What is full is the same without the others.
        let other = stage.scratch.path + "/other"
        #expect(try stage.backUp(to: other).isFull)
        try stage.expectRestored(other)
    }

    @Test func stepsAfterStepsComeBackFromOneLongChain() throws {
        let stage = try Self.stage()
        try stage.backUp()
        var dice = CodingDice(seed: 11)
        var count = 0
        for _ in 0..<20 {
            let step = Step.all[Int(dice.next() % UInt64(Step.all.count))]
            // A town may be gone by then, or a name taken.
            try? step.body(stage)
            count += try stage.backUp().isFull ? 0 : 1
        }
        #expect(count == 20)
        try stage.expectRestored()
        let facts = try Bundles(in: stage.scratch.surroundings).list(stage.bundles).compactMap(
            \.facts)
        #expect(facts.map(\.chain) == Array(1...21))
    }

    @Test func undoAndTrashGoOnAfterARestore() throws {
        let stage = try Self.stage()
        try stage.backUp()
        _ = try stage.vault.remove("people", ["q"])
        try stage.put("people", #"{"id":"p","town":"b","letter":"changed"}"#)
        try stage.backUp()
        let restored = try stage.expectRestored()
        #expect(try restored.undo().reverted == 1)
        #expect(try restored.get("people", "p").fieldText("letter") == "dear")
        #expect(try restored.undo().reverted == 1)
        #expect(try restored.get("people", "p").fieldText("letter") == "changed")
        #expect(try restored.restore("people", "q").version == 3)
        #expect(try restored.history("people", "q").count == 2)
        #expect(try restored.check().isSound)
        #expect(try restored.remove("towns", ["b"]) == 3)
    }

    @Test(.timeLimit(.minutes(5)))
    func fiftyThousandRecordsComeBack() throws {
        let stage = try BackupStage()
        let lines = (0..<50_000).map { #"{"id":\#($0),"name":"name \#($0 * 7 % 50_000)"}"# }
        let file = try stage.scratch.write("in/many.ndjson", lines.joined(separator: "\n"))
        _ = try stage.vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        #expect(try stage.vault.backUp(to: stage.bundles).records == 50_000)
        _ = try stage.vault.set("many", where: "id >= 49000", [.text(path: ["name"], "late")])
        _ = try stage.vault.remove("many", where: "id < 1000")
        let made = try stage.vault.backUp(to: stage.bundles)
        // The note of the first bundle is one of them.
        #expect(!made.isFull && made.records == 1_000)
        let (restored, told) = try stage.restore()
        // The note, too.
        #expect(told.records == 49_000)
        #expect(try restored.count("many", where: "true") == 49_000)
        #expect(try restored.lines() == stage.vault.lines())
        #expect(try restored.check().isSound)
        #expect(try restored.undo().restored == 1_000)
    }

    /// Parts that are larger than a segment, also of a person, and small records among them.
    @Test(.timeLimit(.minutes(5)))
    func recordsOfFiveMegabytesComeBack() throws {
        let stage = try Self.stage()
        var dice = CodingDice(seed: 3)
        func noise(_ count: Int) -> String {
            var text = ""
            while text.utf8.count < count { text += String(dice.next(), radix: 36) }
            return text
        }
        for number in 0..<3 {
            try stage.put(
                "people", #"{"id":"l\#(number)","letter":"\#(noise(5 << 20))","town":"a"}"#,
                #"{"id":"s\#(number)"}"#)
            try stage.put(
                "towns", #"{"id":"t\#(number)","name":"n\#(number)","log":"\#(noise(5 << 20))"}"#)
        }
        try stage.backUp()
        try stage.put("people", #"{"id":"l1","letter":"\#(noise(5 << 20))"}"#)
        try stage.backUp()
        let restored = try stage.expectRestored()
        #expect(try restored.history("people", "l1").count == 2)
    }
}
