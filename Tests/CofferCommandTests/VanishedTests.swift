import Foundation
import Testing

/// What `coffer backup create` says when much is gone since the bundle that it continues.
@Suite(.enabled(if: BuiltProgram.isThere)) struct VanishedTests {
    private func create(_ box: Sandbox, _ more: [String] = []) throws -> Outcome {
        let made = try box.open(["backup", "create", "--to", "backups", "--json"] + more)
        #expect(made.status == 0, "\(made.errors)")
        return made
    }

    @Test func warnsWhenMoreThanThreeInTenAreGone() throws {
        let box = try Sandbox()
        try box.makeVault()
        try box.write(
            "npcs.ndjson", (1...10).map { "{\"id\":\"n\($0)\"}\n" }.joined())
        #expect(try box.open(["import", "npcs.ndjson"]).status == 0)
        #expect(!(try create(box).errors.contains("warning")), "the first")
        #expect(try box.open(["rm", "npcs", "n1", "n2", "n3", "--yes"]).status == 0)
        let three = try create(box)
        #expect(three["kind"] as? String == "incremental")
        #expect(!three.errors.contains("warning"), "three of ten are not over 30 %")
        #expect(try box.open(["rm", "npcs", "n4", "n5", "n6", "--yes"]).status == 0)
        #expect(
            try create(box, ["-q"]).errors.contains(
                "warning: the vault had 7 records when it was backed up before, and has 4 now"))
        #expect(!(try create(box).errors.contains("warning")), "since its parent, not ever")
        // Other records do not make up for it by being other ones, but by their number.
        #expect(try box.open(["rm", "npcs", "n7", "n8", "--yes"]).status == 0)
        #expect(try box.open(["add", "npcs", "id=x"]).status == 0)
        #expect(!(try create(box).errors.contains("warning")))
        #expect(try box.open(["rm", "npcs", "n9", "n10", "x", "--yes"]).status == 0)
        #expect(try create(box).errors.contains("had 3 records"))
        // A full bundle continues none.
        #expect(try box.open(["add", "npcs", "id=y"]).status == 0)
        #expect(!(try create(box, ["--full"]).errors.contains("warning")))
        #expect(try box.open(["rm", "npcs", "y"]).status == 0)
        #expect(!(try create(box, ["--full"]).errors.contains("warning")))
    }
}
