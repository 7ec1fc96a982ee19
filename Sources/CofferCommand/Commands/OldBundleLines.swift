internal import Coffer

/// What a change of keys says of the bundles that it leaves behind.
internal enum OldBundleLines {
    /// So many are named; the rest is counted.
    private static let most = 20

    /// The lines: which bundles there are, and what to do about them; none where there are none.
    ///
    /// - Parameter what: What is true of one of them, and of several.
    internal static func lines(
        _ bundles: [Vault.OldBundle], _ what: (one: String, more: String)
    ) -> [String] {
        guard !bundles.isEmpty else { return [] }
        var lines = [bundles.count == 1 ? "\(what.one):" : "\(bundles.count) \(what.more):"]
        for bundle in bundles.prefix(most) {
            lines.append(
                "  \(Visible.line(bundle.path))" + (bundle.isThere ? "" : "  (not there now)"))
        }
        if bundles.count > most { lines.append("  and \(bundles.count - most) more") }
        let folders = bundles.reduce(into: [String]()) { folders, bundle in
            if !folders.contains(bundle.folder) { folders.append(bundle.folder) }
        }
        lines.append(
            "Write their keys anew with: coffer backup rekey "
                + folders.map { Visible.line(quoted($0)) }.joined(separator: " ")
                + "; or delete them. Copies elsewhere stay as they are.")
        return lines
    }

    /// The lines about bundles that open with what was known before.
    internal static func stillOpening(_ bundles: [Vault.OldBundle]) -> [String] {
        lines(
            bundles,
            (
                "1 known bundle still opens with what was known before",
                "known bundles still open with what was known before"
            ))
    }

    /// The paths, for other programs.
    internal static func json(_ bundles: [Vault.OldBundle]) -> JSONOutput {
        .array(bundles.map { .text($0.path) })
    }

    /// A path as a shell takes it.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x30 && $0 <= 0x39)
                || "/._-+:@".utf8.contains($0)
        }
        guard !isPlain else { return path }
        return "'"
            + path.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
    }
}
