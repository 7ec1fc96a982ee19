import Foundation
import Testing

/// `coffer maintain schedule`, with no systemd that answers, or one that a script plays.
@Suite(.enabled(if: BuiltProgram.isThere)) struct ScheduleTests {
    private static let units = "home/.config/systemd/user"

    private func box(_ name: String = "game") throws -> Sandbox {
        let box = try Sandbox()
        try box.makeVault(name)
        try FileManager.default.createDirectory(
            atPath: box.path("bin"), withIntermediateDirectories: true)
        box.environment["COFFER_VAULT"] = box.path("\(name).coffer")
        box.environment["PATH"] = box.path("bin") + ":/usr/bin:/bin"
        try play(box, "exit 1")
        #expect(try box.open(["backup", "policy", "--to", "backups"]).status == 0)
        return box
    }

    /// A systemctl of our own.
    private func play(_ box: Sandbox, _ script: String) throws {
        try box.write("bin/systemctl", "#!/bin/sh\necho \"$@\" >>\"$HOME/asked\"\n" + script)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: box.path("bin/systemctl"))
    }

    private func files(_ box: Sandbox, below folder: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: box.path(folder))
        return (all?.compactMap { $0 as? String } ?? []).filter { name in
            let found = try? FileManager.default.attributesOfItem(
                atPath: box.path(folder + "/" + name))
            return found?[.type] as? FileAttributeType != .typeDirectory
        }.sorted()
    }

    @Test(arguments: ["game", "a b%h", "it's \"q\" $x", "new\nline\\"])
    func onWritesTwoUnitsAndSaysWhatIsLeftToDo(name: String) throws {
        let box = try box(name)
        let before = files(box, below: "home").filter { !$0.contains("/state/") }
        let on = try box.open(["maintain", "schedule", "on", "--json"])
        #expect(on.status == 0, "\(on.errors)")
        let timer = try #require(on["unit"] as? String)
        let unit = String(timer.dropLast(6))
        #expect(timer.hasPrefix("coffer-maintain-"))
        #expect(timer.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x5C && $0 != 0x25 })
        #expect(on["active"] is NSNull)
        #expect(
            on["todo"] as? String
                == "systemctl --user daemon-reload && systemctl --user enable --now \(timer)")
        let after = files(box, below: "home").filter { !$0.contains("/state/") }
        let made = ["\(unit).service", timer].map { ".config/systemd/user/\($0)" }
        #expect(Set(after).subtracting(before).subtracting(["asked"]) == Set(made))
        let service = try box.read("\(Self.units)/\(unit).service")
        let line = try #require(
            service.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
        let words = try #require(UnitLine.words(line.dropFirst("ExecStart=".count)))
        #expect(
            words[1...] == [
                "--vault", box.path("\(name).coffer"), "maintain", "-q", "--unattended",
            ])
        // What the timer will run, in a folder of its own and without the variable.
        box.environment["COFFER_VAULT"] = ""
        let run = try box.shell(#"cd /; exec "$@""#, words)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.split(separator: "\n").count == 1)
        #expect(run.output.contains("is locked"))
        if Machine.hasSystemd {
            let verified = try box.shell(
                "cd \(Self.units); mkdir -p ~/run; XDG_RUNTIME_DIR=~/run systemd-analyze --user "
                    + "--man=no verify ./\(unit).service ./\(timer)")
            #expect(verified.status == 0, "\(verified.errors)")
        }
    }

    @Test func twoVaultsOfOneNameHaveTwoTimersAndOffRemovesOne() throws {
        let box = try box()
        try FileManager.default.createDirectory(
            atPath: box.path("other"), withIntermediateDirectories: true)
        let other = box.path("other/game.coffer")
        #expect(
            try box.open([
                "init", other, "--no-recovery", "--kdf-memory", "64", "--kdf-passes", "1",
            ])
            .status == 0)
        #expect(
            try box.open(["--vault", other, "backup", "policy", "--to", "b", "--every", "15m"])
                .status == 0)
        for _ in 1...2 {
            #expect(
                try box.open(["maintain", "schedule", "on", "--json"])["unit"] as? String
                    == "coffer-maintain-game.timer")
            let second = try box.open(["--vault", other, "maintain", "schedule", "on", "--json"])
            #expect(second["unit"] as? String == "coffer-maintain-game-2.timer")
            #expect(second["calendar"] as? String == "*:0/15")
        }
        let off = try box.run(["maintain", "schedule", "off", "--json"])
        #expect(off.status == 0)
        #expect(off["unit"] is NSNull)
        #expect(
            files(box, below: Self.units)
                == ["coffer-maintain-game-2.service", "coffer-maintain-game-2.timer"])
        #expect(try box.run(["maintain", "schedule", "off"]).status == 0)
        let shown = try box.run(["--vault", other, "maintain", "schedule", "show", "--json"])
        #expect(shown["calendar"] as? String == "*:0/15")
    }

    @Test func whereSystemdAnswersTheTimerIsStartedAndStopped() throws {
        let box = try box()
        try play(
            box,
            """
            case "$*" in
            *NextElapse*) echo "Sat 2026-11-21 20:05:13 UTC" ;;
            *enable*--now*) [ "$LC_ALL" = C ] ;;
            esac
            """)
        let on = try box.open(["maintain", "schedule", "on", "--json"])
        #expect(on["active"] as? Bool == true)
        #expect(on["next"] as? String == "2026-11-21T20:05:13.000Z")
        #expect(on["todo"] is NSNull)
        let shown = try box.run(["maintain", "schedule", "show"])
        #expect(shown.output.contains("next   2026-11-21T20:05:13.000Z"))
        #expect(shown.output.contains("runs   hourly"))
        #expect(try box.run(["maintain", "schedule", "off"]).status == 0)
        let asked = try box.read("home/asked").split(separator: "\n").map {
            $0.replacingOccurrences(of: "--user --no-pager --no-ask-password ", with: "")
        }
        let order = [
            "daemon-reload", "enable --now coffer-maintain-game.timer",
            "disable --now coffer-maintain-game.timer", "daemon-reload",
        ]
        #expect(asked.filter { order.contains($0) } == order, "\(asked)")
        #expect(files(box, below: Self.units).isEmpty)
        // One that does not start it is told of, too.
        try play(box, #"case "$*" in *enable*|*is-active*) exit 1 ;; esac"#)
        let refused = try box.open(["maintain", "schedule", "on", "--json"])
        #expect(refused.status == 0)
        #expect(refused["active"] as? Bool == false)
        #expect(refused["todo"] is String)
    }

    @Test func offRemovesWhatSystemdHasMadeToStartIt() throws {
        let box = try box()
        #expect(try box.open(["maintain", "schedule", "on"]).status == 0)
        let made = try box.shell(
            "cd \(Self.units) && mkdir timers.target.wants && ln -s ../coffer-maintain-game.timer "
                + "timers.target.wants/coffer-maintain-game.timer")
        #expect(made.status == 0)
        #expect(try box.run(["maintain", "schedule", "off"]).status == 0)
        #expect(
            try FileManager.default.contentsOfDirectory(
                atPath: box.path(Self.units + "/timers.target.wants")
            ).isEmpty)
    }

    @Test func theUnitsLieWhereTheVariableSaysAndKnowTheStateFolder() throws {
        let box = try box()
        box.environment["XDG_CONFIG_HOME"] = box.path("config")
        box.environment["XDG_STATE_HOME"] = box.path("state 100%")
        let on = try box.open(["maintain", "schedule", "on", "--json"])
        #expect(
            on["files"] as? [String] == [
                box.path("config/systemd/user/coffer-maintain-game.timer"),
                box.path("config/systemd/user/coffer-maintain-game.service"),
            ])
        #expect(!box.exists(Self.units))
        #expect(
            try box.read("config/systemd/user/coffer-maintain-game.service")
                .contains("Environment=\"XDG_STATE_HOME=\(box.path("state 100%%"))\"\n"))
    }

    @Test func whatCannotBeScheduledIsToldOf() throws {
        let box = try Sandbox()
        try box.makeVault()
        let none = try box.open(["maintain", "schedule", "on", "--json"])
        #expect(none.status == 2)
        #expect(none.errors.contains("coffer backup policy --to"))
        #expect(!box.exists("home/.config"))
        let shown = try box.run(["maintain", "schedule", "show"])
        #expect(shown.status == 0)
        #expect(shown.errors.contains("No timer maintains game."))
        #expect(try box.run(["maintain", "schedule"]).status == 2)
        #expect(try box.run(["maintain", "schedule", "show", "--dry-run"]).status == 2)
        #expect(try box.run(["maintain", "schedule", "off", "--unattended"]).status == 2)
        #expect(try box.run(["maintain", "sometimes"]).status == 2)
        box.environment["HOME"] = ""
        let homeless = try box.run(["--vault", "./game.coffer", "maintain", "schedule", "show"])
        #expect(homeless.status == 2)
    }

    @Test func aPolicyThatTheTimerDoesNotKeepIsToldOf() throws {
        let box = try box()
        #expect(try box.open(["maintain", "schedule", "on"]).status == 0)
        let same = try box.open(["backup", "policy", "--keep-last", "7"])
        #expect(!same.errors.contains("timer"))
        let other = try box.open(["backup", "policy", "--every", "15m"])
        #expect(other.errors.contains("coffer maintain schedule on"))
        let off = try box.open(["backup", "policy", "--off"])
        #expect(off.errors.contains("coffer maintain schedule off"))
    }
}
