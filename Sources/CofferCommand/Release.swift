/// What this release is called.
internal enum Release {
    /// The version.
    internal static let version = "0.1.0"
    /// The day of the version, for man pages.
    internal static let date = "2026-11-21"
    /// The format of the vaults that it makes (`Docs/Format.md`).
    internal static let format: Int64 = 1

    /// What programs are told of it.
    internal static var members: [(String, JSONOutput)] {
        [("version", .text(version)), ("format", .integer(format))]
    }
}
