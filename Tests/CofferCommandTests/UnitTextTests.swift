import Foundation
import Testing

@testable import CofferCommand

/// The text of units, for programs and vaults of any name.
@Suite struct UnitTextTests {
    static let names = [
        "plain", "with space", "100% %h %%", "$HOME ${x} $$", "it's", #"a "quote""#,
        #"back\slash\"#,
        "new\nline", "tab\tbell\u{7}", "Höhle–🐉", "a;b #c", "[x]=y", " lead", "\u{7F}",
    ]

    private func line(_ key: String, _ text: String) -> String {
        let found = text.split(separator: "\n").filter { $0.hasPrefix(key) }
        #expect(found.count == 1)
        return String(found.first?.dropFirst(key.count) ?? "")
    }

    @Test(arguments: names) func aVaultOfAnyNameIsNamedAsItIs(name: String) {
        let text = UnitText.service(
            program: "/usr/bin/coffer", vault: "/home/\(name).coffer", stateHome: "/s/\(name)")
        #expect(
            UnitLine.words(line("ExecStart=", text)) == [
                "/usr/bin/coffer", "--vault", "/home/\(name).coffer", "maintain", "-q",
                "--unattended",
            ])
        // Here a dollar stands for itself.
        #expect(
            UnitLine.words(line("Environment=", text))?.first == "XDG_STATE_HOME=/s/\(name)")
        #expect(
            text.split(separator: "\n").contains { $0 == UnitText.owner("/home/\(name).coffer") })
    }

    @Test(arguments: names) func aProgramOfAnyNameIsRunAsItIs(name: String) throws {
        let text = UnitText.service(program: "/opt/\(name)/coffer", vault: "/v", stateHome: nil)
        #expect(!text.contains("Environment"))
        var words = try #require(UnitLine.words(line("ExecStart=", text)))
        if words.first == "/bin/sh" {
            #expect(words[1] == "-c")
            #expect(words[2] == #"exec "$0" "$@""#)
            words.removeFirst(3)
        }
        #expect(words.first == "/opt/\(name)/coffer")
    }

    @Test(.enabled(if: Machine.hasSystemd)) func systemdTakesThemAll() throws {
        let box = try Sandbox()
        try FileManager.default.createDirectory(
            atPath: box.path("run"), withIntermediateDirectories: true)
        var count = 0
        for (number, name) in Self.names.enumerated() {
            let folder = box.path(name)
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: "/bin/true", toPath: folder + "/coffer")
            let unit = "coffer-maintain-\(number)"
            try box.write(
                unit + ".service",
                UnitText.service(
                    program: folder + "/coffer", vault: folder, stateHome: folder))
            try box.write(
                unit + ".timer", UnitText.timer(every: Int64(number * number) * 300_000))
            let verified = try box.shell(
                "XDG_RUNTIME_DIR=$PWD/run systemd-analyze --user --man=no verify "
                    + "./\(unit).service ./\(unit).timer")
            #expect(verified.status == 0, "\(name): \(verified.errors)")
            #expect(verified.errors.isEmpty, "\(name): \(verified.errors)")
            count += 1
        }
        #expect(count == 14)
        // It does see what is wrong.
        try box.write("wrong.service", "[Service]\nType=oneshot\nExecStart=\"/nowhere\n")
        let refused = try box.shell(
            "XDG_RUNTIME_DIR=$PWD/run systemd-analyze --user --man=no verify ./wrong.service")
        #expect(refused.status != 0)
    }

    @Test func theTimerComesAroundOftenEnough() {
        let minutes: [(Int64, Int64)] = [
            (60, 60), (120, 60), (1_440, 60), (30, 30), (15, 15), (45, 15), (90, 30), (50, 10),
            (7, 1), (1, 1), (0, 1), (61, 10), (59, 6), (1 << 40, 60),
        ]
        for (every, step) in minutes {
            #expect(UnitText.step(every: every * 60_000) == step, "\(every)")
        }
        #expect(UnitText.step(every: .min) == 1)
        #expect(UnitText.step(every: .max) == 60)
        #expect(UnitText.timer(every: 3_600_000).contains("OnCalendar=hourly\nPersistent=true"))
        #expect(UnitText.timer(every: 900_000).contains("OnCalendar=*:0/15\n"))
        #expect(UnitText.timer(every: 1_000).contains("OnCalendar=minutely\n"))
    }

    @Test func timesOfSystemctlAreRead() {
        #expect(
            UserManager.time("Sat 2026-11-21 20:05:13 UTC\n") == "2026-11-21T20:05:13.000Z")
        for text in ["", "n/a", "\n", "Sat 2026-11-21 20:05:13 CET", "a b c UTC"] {
            #expect(UserManager.time(text) == nil)
        }
    }
}
