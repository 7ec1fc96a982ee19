import Glibc
import Testing

/// Disks that are really full or read-only, and limits that the system sets.
@Suite struct RealDiskTests {
    private static let reading = [
        ["get", "npcs", "npc-3"], ["list", "npcs"], ["check"], ["status"], ["export", "npcs"],
        ["unlock", "--for", "1s"],
    ]
    private static let writing = [
        ["add", "npcs", "id=new", "name=Gundren"], ["set", "npcs", "npc-3", "hp=-1"],
        ["rm", "npcs", "npc-3"], ["import", "$many.ndjson", "--into", "npcs"],
        ["schema", "apply", "$spells.schema.json"], ["export", "-o", "$live/out.json"],
        ["init", "$live/other.coffer", "--no-recovery", "--kdf-memory", "64", "--kdf-passes", "1"],
    ]

    @Test(.enabled(if: Machine.canMount)) func worksOnAFullDiskAndWritesAgainWhenThereIsRoom()
        throws
    {
        let stage = try Stage(isUnlocked: true)
        let mount = try Mount(size: "1m")
        try Files.copy(stage.vault, to: mount.path + "/v.coffer")
        try Files.copy(stage.live + "/state", to: mount.path + "/state")
        let variables = [
            "COFFER_VAULT": mount.path + "/v.coffer", "XDG_STATE_HOME": mount.path + "/state",
        ]
        let before = try stage.run(["export"], adding: variables).output
        mount.fill()
        for words in Self.reading {
            let outcome = try stage.run(words, adding: variables)
            #expect(outcome.status == 0, "\(words): \(outcome)")
        }
        for words in Self.writing {
            let here = words.map { $0.replacing("$live", with: mount.path) }
            let outcome = try stage.run(here, adding: variables)
            #expect(outcome.status == 8 && outcome.saysOneLine, "\(words): \(outcome)")
        }
        #expect(try stage.run(["export"], adding: variables).output == before)
        Files.remove(mount.path + "/filler")
        let set = try stage.run(["set", "npcs", "npc-3", "hp=-1"], adding: variables)
        #expect(set.status == 0, "\(set)")
        #expect(try stage.run(["check"], adding: variables).status == 0)
        #expect(!Files.tree(mount.path).contains { $0.contains("unfinished") })
    }

    @Test(.enabled(if: Machine.canMount), arguments: ["data", "index"])
    func aRotationBeginsOnlyWhereThereIsRoom(kind: String) throws {
        let stage = try Stage(isUnlocked: true)
        let size = try Files.bytes(stage.vault + "/vault.sqlite").count
        let mount = try Mount(size: "\(size / 1024 * 5 / 2 + 96)k")
        try Files.copy(stage.vault, to: mount.path + "/v.coffer")
        let variables = ["COFFER_VAULT": mount.path + "/v.coffer"]
        mount.fill()
        try mount.free(size / 2)
        let bytes = try Files.bytes(mount.path + "/v.coffer/vault.sqlite")
        let refused = try stage.run(["rotate", kind, "--yes"], adding: variables)
        #expect(refused.status == 8 && refused.saysOneLine, "\(refused)")
        #expect(refused.errors.contains("KiB of room"), "\(refused)")
        #expect(try Files.bytes(mount.path + "/v.coffer/vault.sqlite") == bytes)
        let status = try stage.run(["rotate", "status"], adding: variables)
        #expect(!status.output.hasPrefix("rotate "), "\(status)")
        Files.remove(mount.path + "/filler")
        let done = try stage.run(["rotate", kind, "--yes"], adding: variables)
        #expect(done.status == 0, "\(done)")
    }

    @Test(.enabled(if: Machine.canMount)) func readsFromAReadOnlyFileSystem() throws {
        let stage = try Stage(isUnlocked: true)
        let mount = try Mount(size: "2m")
        try Files.copy(stage.vault, to: mount.path + "/v.coffer")
        let variables = [
            "COFFER_VAULT": mount.path + "/v.coffer", "XDG_STATE_HOME": mount.path + "/state",
        ]
        let bytes = try Files.bytes(mount.path + "/v.coffer/vault.sqlite")
        try mount.makeReadOnly()
        for words in Self.reading {
            let outcome = try stage.run(words, adding: variables)
            #expect(outcome.status == 0, "\(words): \(outcome)")
        }
        for words in Self.writing {
            let here = words.map { $0.replacing("$live", with: mount.path) }
            let outcome = try stage.run(here, adding: variables)
            #expect(outcome.status == 8 && outcome.saysOneLine, "\(words): \(outcome)")
        }
        try mount.makeWritable()
        #expect(try Files.bytes(mount.path + "/v.coffer/vault.sqlite") == bytes)
        #expect(try stage.run(["check"], adding: variables).status == 0)
    }

    @Test(.enabled(if: Machine.canChangeUser)) func readsWhatAnotherUserMayOnlyRead() throws {
        let stage = try Stage(isUnlocked: true)
        for path in [stage.scratch.path, stage.live, stage.vault] {
            try Files.change(path, 0o755)
        }
        for path in [
            stage.vault + "/vault.sqlite", stage.passwordFile,
            stage.scratch.path + "/many.ndjson", stage.scratch.path + "/spells.schema.json",
        ] { try Files.change(path, 0o644) }
        func run(_ words: [String]) throws -> Outcome {
            try stage.scratch.run(
                Stage.asUser(Stage.nobody) + stage.words(words), adding: stage.environment)
        }
        for words in Self.reading {
            let outcome = try run(words)
            #expect(outcome.status == 0, "\(words): \(outcome)")
        }
        for words in Self.writing {
            let here = words.map { $0.replacing("$live", with: stage.live) }
            let outcome = try run(here)
            #expect(outcome.status == 8 && outcome.saysOneLine, "\(words): \(outcome)")
        }
        #expect(Files.list(stage.vault) == ["vault.sqlite"])
        #expect(try stage.run(["check"]).status == 0)
    }

    @Test(.enabled(if: Machine.hasProgram), arguments: [1, 8, 64, 160, 200])
    func failsCleanlyAtTheLimitOfAFilesSize(_ blocks: Int) throws {
        let operation = Operation.importsMany
        let stage = try Stage(operation)
        let before = try stage.snapshot()
        try stage.reset()
        _ = try stage.run(operation)
        let after = try stage.snapshot()
        try stage.reset()
        let outcome = try stage.limited("ulimit -f \(blocks)", operation.words)
        let found = try stage.snapshot()
        #expect(outcome.status == 8 && outcome.saysOneLine, "\(outcome)")
        #expect(found == before || found == after)
    }

    @Test(.enabled(if: Machine.hasProgram)) func failsCleanlyWithFewDescriptors() throws {
        let stage = try Stage()
        let words = ["set", "npcs", "npc-3", "hp=-1"]
        let before = try stage.snapshot()
        try stage.reset()
        _ = try stage.run(words)
        let after = try stage.snapshot()
        // With three none is left even for the libraries that the program needs.
        for limit in 4...12 {
            try stage.reset()
            let outcome = try stage.limited("ulimit -n \(limit)", words)
            #expect([0, 8].contains(outcome.status), "\(limit): \(outcome)")
            #expect(outcome.status == 0 || outcome.saysOneLine, "\(limit): \(outcome)")
            let found = try stage.snapshot()
            // Where the folder could not be opened any more, the commit is there but not durable.
            #expect(found == after || (outcome.status == 8 && found == before), "\(limit)")
        }
    }
}

extension Stage {
    /// Runs a command under what a shell does first.
    func limited(_ preparation: String, _ words: [String]) throws -> Outcome {
        try scratch.run(
            ["/bin/bash", "-c", preparation + #"; exec "$@""#, "sh"] + self.words(words),
            adding: environment)
    }
}

extension Mount {
    /// Writes a file until nothing more goes in.
    func fill() {
        guard let file = unsafe fopen(path + "/filler", "w") else { return }
        unsafe setvbuf(file, nil, _IONBF, 0)
        for block in [65_536, 4_096, 512, 1] {
            let bytes = [UInt8](repeating: 1, count: block)
            while unsafe fwrite(bytes, block, 1, file) == 1 {}
        }
        unsafe fclose(file)
    }

    /// Gives so many bytes of what was filled back.
    func free(_ count: Int) throws {
        let size = try Files.bytes(path + "/filler").count
        let result = unsafe truncate(path + "/filler", size - count)
        guard size > count, result == 0 else { throw Trouble("nothing to free") }
    }
}
