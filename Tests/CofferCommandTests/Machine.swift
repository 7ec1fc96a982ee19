import Foundation

/// What this machine has for tests; says so where something is missing.
enum Machine {
    /// Whether expect(1) can type on a terminal.
    static let hasExpect: Bool = {
        let places = ["/usr/bin/expect", "/bin/expect", "/usr/local/bin/expect"]
        if places.contains(where: FileManager.default.isExecutableFile(atPath:)) { return true }
        print("SKIPPED: expect is not installed, so nothing is typed on a terminal here.")
        return false
    }()

    /// Whether systemd can look at units of a user.
    static let hasSystemd: Bool = {
        if FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze") { return true }
        print("SKIPPED: systemd-analyze is not installed, so no unit is held against systemd.")
        return false
    }()

    /// Where vim is; nil where it is not installed.
    static let vim: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "")
        .split(separator: ":").map { "\($0)/vim" }
        .first(where: FileManager.default.isExecutableFile(atPath:))

    /// Whether the real vim can be tried.
    static let hasVim: Bool = {
        if vim != nil { return true }
        print("SKIPPED: vim is not installed, so nothing is edited in it here.")
        return false
    }()

    /// Whether the kernel keeps keys for us; containers often forbid it.
    static let hasKeyring: Bool = {
        guard BuiltProgram.isThere, let box = try? Sandbox(), (try? box.makeVault()) != nil,
            let unlocked = try? box.open(["unlock"])
        else { return false }
        if unlocked.status == 0 { return true }
        print("SKIPPED: no kernel keyring here, so what stays unlocked is not tested.")
        return false
    }()
}
