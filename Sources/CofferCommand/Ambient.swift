internal import Coffer
internal import Glibc

/// The world around the process: environment, folders, clocks.
///
/// Nothing else reads them.
internal struct Ambient: Sendable {
    /// The value of an environment variable; nil where it is not set or no UTF-8.
    internal subscript(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(validatingCString: value)
    }

    /// Why the environment cannot be used; nil when all is well.
    ///
    /// To go on as if a variable that names a path were not set could mean another vault.
    internal var refusal: String? {
        ["COFFER_VAULT", "HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"].first {
            unsafe getenv($0) != nil && self[$0] == nil
        }.map { "the environment variable \($0) is not text in UTF-8" }
    }

    /// The folder in which the program was started.
    internal var folder: String? {
        guard let path = unsafe getcwd(nil, 0) else { return nil }
        defer { unsafe free(path) }
        return unsafe String(validatingCString: path)
    }

    /// The user's home; nil where it is not told.
    ///
    /// The password file is not asked: a program that is linked statically cannot do that
    /// everywhere.
    internal var home: String? { absolute("HOME") }

    /// Where vaults with a bare name lie (XDG Base Directory Specification).
    ///
    /// - Throws: `usage` where neither XDG_DATA_HOME nor HOME tells.
    internal func dataDirectory() throws(Failure) -> String {
        guard let directory = directory("XDG_DATA_HOME", ".local/share") else {
            throw .usage("HOME is not set, so a bare name leads nowhere; give the vault's path")
        }
        return directory
    }

    /// Where the user's own units of systemd lie (systemd.unit(5)); nil where no home is told.
    internal var unitDirectory: String? {
        (absolute("XDG_CONFIG_HOME") ?? home.map { Paths.join($0, ".config") })
            .map { Paths.join($0, "systemd/user") }
    }

    /// The variable that leads to the state directory, where it is set: a timer does not have it.
    internal var stateHome: String? { absolute("XDG_STATE_HOME") }

    /// The file that this program runs from; nil where it is gone.
    internal var program: String? { Paths.resolved("/proc/self/exe") }

    /// Where this machine remembers the newest state of each vault; nil where no home is told.
    internal var stateDirectory: String? { directory("XDG_STATE_HOME", ".local/state") }

    private func directory(_ variable: String, _ standard: String) -> String? {
        (absolute(variable) ?? home.map { Paths.join($0, standard) })
            .map { Paths.join($0, "coffer") }
    }

    /// A variable that holds an absolute path; the specification wants others to be ignored.
    private func absolute(_ name: String) -> String? {
        self[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    /// What the library needs to know.
    internal func surroundings(allowsOlder: Bool = false) -> Surroundings {
        Surroundings(
            stateDirectory: stateDirectory, now: { Self.clock(CLOCK_REALTIME) },
            bootTime: { UInt64(clamping: Self.clock(CLOCK_BOOTTIME)) }, bootID: Self.bootID(),
            allowsOlder: allowsOlder)
    }

    /// A clock that nobody can set, in milliseconds.
    internal static func monotonic() -> Int64 { clock(CLOCK_MONOTONIC) }

    private static func clock(_ clock: Int32) -> Int64 {
        var time = timespec()
        guard unsafe clock_gettime(clock, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// random(4): the kernel makes this id anew at each boot.
    private static func bootID() -> String? {
        let content = try? InputFile.read("/proc/sys/kernel/random/boot_id", limit: 64)
        return content.map { String(decoding: $0.prefix { $0 != 10 }, as: UTF8.self) }
    }
}
