internal import Glibc

/// The user's own instance of systemd, asked by systemctl(1); many machines have none.
internal enum UserManager {
    /// Whether it answers.
    internal static func answers() -> Bool { run(["show-environment"]) != nil }

    /// Lets it read the units anew, and starts a timer now and at each login; whether it has done
    /// so.
    internal static func enable(_ timer: String) -> Bool {
        run(["daemon-reload"]) != nil && run(["enable", "--now", timer]) != nil
    }

    /// Stops a timer, and starts it no more.
    internal static func disable(_ timer: String) { _ = run(["disable", "--now", timer]) }

    /// Lets it read the units anew.
    internal static func reload() { _ = run(["daemon-reload"]) }

    /// Whether a timer is running.
    internal static func isActive(_ timer: String) -> Bool { run(["is-active", timer]) != nil }

    /// When a timer runs next, such as `2026-11-21T20:05:13.000Z`; nil where it will not.
    internal static func next(_ timer: String) -> String? {
        run(["show", "--property=NextElapseUSecRealtime", "--value", timer]).flatMap(time)
    }

    /// What a person types for the same as ``enable(_:)``.
    internal static func words(enabling timer: String) -> String {
        "systemctl --user daemon-reload && systemctl --user enable --now \(timer)"
    }

    /// The longest answer that is listened to.
    private static let answerLimit = 65_536

    /// Runs systemctl; what it prints, or nil where it is not there or says that it has failed.
    private static func run(_ words: [String]) -> String? {
        // English and UTC, so that times can be read.
        let script = """
            TZ=UTC LC_ALL=C exec systemctl --user --no-pager --no-ask-password "$@" \
            </dev/null 2>/dev/null
            """
        guard let (reading, writing) = try? ChildProcess.pipe() else { return nil }
        defer { close(reading) }
        let process = try? ChildProcess.start(
            script, words: ["systemctl"] + words, streams: [(writing, STDOUT_FILENO)], "systemctl")
        close(writing)
        guard let process else { return nil }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = unsafe read(reading, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            if answer.count < answerLimit { answer += buffer.prefix(count) }
        }
        guard (try? ChildProcess.wait(for: process, "systemctl")) == true else { return nil }
        return String(decoding: answer, as: UTF8.self)
    }

    /// The time in an answer such as `Sat 2026-11-21 20:05:13 UTC`.
    internal static func time(_ answer: String) -> String? {
        let parts = answer.split(whereSeparator: \.isWhitespace)
        guard parts.count == 4, parts[3] == "UTC", parts[1].utf8.count == 10,
            parts[2].utf8.count == 8
        else { return nil }
        return "\(parts[1])T\(parts[2]).000Z"
    }
}
