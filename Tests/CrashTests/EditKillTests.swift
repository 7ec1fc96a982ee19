import Foundation
import Glibc
import Testing

/// `edit` ended at every moment: what a person reads and writes there is in memory only, and goes.
@Suite(.enabled(if: Machine.hasProgram && Machine.hasMemoryFolder)) struct EditKillTests {
    /// A stage where nothing readable lies outside of the folder in memory, once a record is edited.
    private func stage() throws -> Stage {
        let stage = try Stage()
        try Editing.prepare(stage)
        try Files.make(stage.live + "/tmp")
        return stage
    }

    private func variables(_ kind: String) -> [String: String] {
        Editing.variables(kind).merging(["TMPDIR": "$live/tmp"]) { $1 }
    }

    /// Starts an edit, and comes back when the editor has written what editors write.
    private func begin(_ stage: Stage, _ kind: String) throws -> Scratch.Running {
        let running = try stage.start(["edit", "npcs", "npc-3"], adding: variables(kind))
        for _ in 0..<4_000 {
            if Files.exists(stage.scratch.path + "/begun") { break }
            usleep(2_500)
        }
        let folder = try Files.read(stage.scratch.path + "/begun").dropLast()
        #expect(folder.hasPrefix((stage.runtime?.path ?? "none") + "/"))
        #expect(try Files.mode(String(folder)) == 0o700)
        #expect(try Files.mode(folder + "/record.json") == 0o600)
        #expect(try Files.read(folder + "/record.json").contains(Campaign.canary))
        return running
    }

    private func records(_ stage: Stage) throws -> String {
        try stage.done(["check"])
        return try stage.run(["export"]).output
    }

    private func expectNothing(_ stage: Stage) throws {
        #expect(stage.keepsNoText())
        #expect(Files.list(stage.live + "/tmp") == [])
        #expect(stage.readable == [])
    }

    @Test(arguments: ["stay", "busy"], [SIGKILL, SIGTERM, SIGHUP, SIGABRT])
    func leavesNoTextWhileTheEditorGoesOn(_ kind: String, _ number: Int32) throws {
        let stage = try stage()
        let before = try records(stage)
        let running = try begin(stage, kind)
        running.child.signal(number)
        #expect(try running.finish().status != 0)
        // The editor is still there, and may be writing.
        try expectNothing(stage)
        try Files.write("", to: stage.scratch.path + "/done")
        usleep(100_000)
        try expectNothing(stage)
        let isSame = try records(stage) == before
        #expect(isSame)
    }

    @Test func leavesNoTextWhenAllEndsAsPromised() throws {
        let stage = try stage()
        for (kind, status) in [("edit", 0), ("new", 7), ("wrong", 7), ("fail", 1)] as [(_, Int32)] {
            let before = try records(stage)
            let outcome = try stage.run(["edit", "npcs", "npc-3"], adding: variables(kind))
            #expect(outcome.status == status, "\(kind): \(outcome)")
            try expectNothing(stage)
            let isSame = try records(stage) == before
            #expect(isSame == (status != 0), "\(kind)")
        }
        let record = try stage.run(["get", "npcs", "npc-3", "--field", "notes"])
        #expect(record.output == Editing.typed + "\n")
    }

    @Test func writesOverNobody() throws {
        let stage = try stage()
        let running = try begin(stage, "stay")
        try stage.done(["set", "npcs", "npc-3", "hp=-1"])
        let before = try records(stage)
        try Files.write("", to: stage.scratch.path + "/done")
        let outcome = try running.finish()
        #expect(outcome.status == 5 && outcome.saysOneLine, "\(outcome)")
        let isSame = try records(stage) == before
        #expect(isSame)
        try expectNothing(stage)
    }
}

extension Stage {
    /// The files that hold a word of the campaign, or what was typed in an editor.
    var readable: [String] {
        Files.tree(live).filter { name in
            guard let bytes = FileManager.default.contents(atPath: live + "/" + name) else {
                return false
            }
            return [Campaign.canary, Editing.typed].contains { word in
                bytes.range(of: Data(word.utf8)) != nil
            }
        }
    }

    /// Whether the folder in memory is empty, or soon is: a shell tidies up after a kill.
    func keepsNoText() -> Bool {
        guard let runtime else { return true }
        for _ in 0..<2_000 {
            if Files.list(runtime.path).allSatisfy({ !$0.hasPrefix("coffer-edit") }) { return true }
            usleep(2_500)
        }
        return false
    }
}
