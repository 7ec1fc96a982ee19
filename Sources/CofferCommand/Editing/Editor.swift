internal import Glibc

/// The editor that a person has chosen: VISUAL, EDITOR, or what Debian calls `editor`.
internal enum Editor {
    /// Lets a person edit a file, and comes back when the editor has ended.
    ///
    /// - Throws: `editor` when it says that it failed; then nothing it wrote counts.
    internal static func edit(_ path: String, _ ambient: Ambient) throws(Failure) {
        let command = ambient["VISUAL"].flatMap(nonEmpty) ?? ambient["EDITOR"].flatMap(nonEmpty)
        // Ctrl-C in the editor is the editor's.
        let before = (signal(SIGINT, SIG_IGN), signal(SIGQUIT, SIG_IGN))
        defer {
            signal(SIGINT, before.0)
            signal(SIGQUIT, before.1)
        }
        let editor = command ?? "editor"
        let line = try EditorLine(editor, ambient)
        let process = try ChildProcess.start(
            line.text + " \"$1\"", words: ["sh", path], "the editor")
        guard try ChildProcess.wait(for: process, "the editor") else {
            throw Failure("editor", "the editor failed or was not found: \(editor)", .failed)
        }
    }

    private static func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }
}
