import Glibc
import Testing

/// What other programs can see of a running one, and what odd surroundings change.
@Suite(.enabled(if: Machine.hasProgram)) struct SecrecyTests {
    @Test func showsNoSecretInItsArgumentsOrEnvironment() throws {
        let stage = try Stage()
        let pipe = stage.scratch.path + "/pipe"
        guard unsafe mkfifo(pipe, 0o600) == 0 else { throw Trouble("no pipe") }
        // Both ends are open, and nobody reads: the program waits with the key in its memory.
        let end = unsafe open(pipe, O_RDWR | O_CLOEXEC)
        defer { close(end) }
        _ = try stage.run(["import", "$many.ndjson", "--into", "npcs"])
        let running = try stage.scratch.start(
            stage.words(["export"]), adding: stage.environment, output: pipe)
        for _ in 0..<5_000 where Self.waiting(end) == 0 { usleep(1_000) }
        #expect(Self.waiting(end) > 0)
        let place = "/proc/\(running.child.id)/"
        for name in ["cmdline", "environ"] {
            let text = try Files.read(place + name)
            #expect(!text.isEmpty)
            #expect(!text.contains(Stage.password), "\(name)")
        }
        let limits = try Files.read(place + "limits")
        let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
        #expect(core?.split(separator: " ").dropFirst(4).first == "0")
        running.child.signal(SIGKILL)
        _ = try running.child.wait()
    }

    private static func waiting(_ descriptor: Int32) -> Int32 {
        var count: Int32 = 0
        _ = unsafe ioctl(descriptor, UInt(FIONREAD), &count)
        return count
    }

    @Test(arguments: [
        ["--password", "x"], ["--password=x"], ["--recovery-key", "x"], ["--new-password", "x"],
    ])
    func takesNoPasswordFromItsArguments(_ words: [String]) throws {
        let stage = try Stage()
        let outcome = try stage.scratch.run(
            [Machine.program, "get", "npcs", "npc-3"] + words, adding: stage.environment)
        #expect(outcome.status == 2, "\(outcome)")
        let variables = ["COFFER_PASSWORD": Stage.password, "COFFER_PASSPHRASE": Stage.password]
        let other = try stage.scratch.run(
            [Machine.program, "get", "npcs", "npc-3"],
            adding: stage.environment.merging(variables) { $1 })
        #expect(other.status == 3, "\(other)")
    }

    @Test func keepsEverythingToItsUserWhateverTheMask() throws {
        let stage = try Stage(empty: ())
        let init0 = try stage.limited(
            "umask 000",
            [
                "init", "$live/v.coffer", "--kdf-memory", "64", "--kdf-passes", "1", "--sheet",
                "$live/sheet.txt",
            ])
        #expect(init0.status == 0, "\(init0)")
        for words in [
            ["import", "$npcs.ndjson", "$items.ndjson"], ["export", "-o", "$live/out.json"],
            ["export", "--format", "ndjson", "-o", "$live/out"], ["unlock"], ["lock"],
        ] {
            let outcome = try stage.limited("umask 000", words)
            #expect(outcome.status == 0, "\(words): \(outcome)")
        }
        let names = Files.tree(stage.live)
        #expect(names.count >= 10, "\(names)")
        for name in names {
            let mode = try Files.mode(stage.live + "/" + name)
            #expect(mode & 0o077 == 0, "\(name): \(String(mode, radix: 8))")
        }
    }

    @Test func givesTheSameBytesInEveryLanguageAndTimeZone() throws {
        let stage = try Stage()
        let usual = try stage.run(["export"])
        #expect(usual.status == 0 && usual.output.contains(Campaign.canary))
        for variables in [
            ["LANG": "C"], ["LC_ALL": "tr_TR.UTF-8"], ["LC_ALL": "de_DE@euro"],
            ["TZ": "Pacific/Apia"], ["TZ": ":/no/such"], ["TZ": "AAA-24"], ["TMPDIR": "/no/such"],
            ["HOME": ""], ["LANG": "\u{1B}[31m"],
        ] {
            let outcome = try stage.run(["export"], adding: variables)
            #expect(outcome.status == 0 && outcome.output == usual.output, "\(variables)")
            let set = try stage.run(["set", "npcs", "npc-3", "hp=1"], adding: variables)
            #expect(set.status == 0, "\(variables)")
            try stage.reset()
        }
    }
}
