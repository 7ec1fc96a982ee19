internal import Glibc

/// The editor that a person has chosen: VISUAL, EDITOR, or what Debian calls `editor`.
internal enum Editor {
    /// Lets a person edit a file, and comes back when the editor has ended.
    ///
    /// - Throws: `failed` when the editor says that it failed; then nothing it wrote counts.
    internal static func edit(_ path: String, _ ambient: Ambient) throws(Failure) {
        let command = ambient["VISUAL"].flatMap(nonEmpty) ?? ambient["EDITOR"].flatMap(nonEmpty)
        // Ctrl-C in the editor is the editor's.
        let before = (signal(SIGINT, SIG_IGN), signal(SIGQUIT, SIG_IGN))
        defer {
            signal(SIGINT, before.0)
            signal(SIGQUIT, before.1)
        }
        let editor = command ?? "editor"
        let process = try ChildProcess.start(
            editor + plainOptions(of: editor) + " \"$1\"", words: ["sh", path], "the editor")
        guard try ChildProcess.wait(for: process, "the editor") else {
            throw Failure("editor", "the editor failed or was not found: \(editor)", .failed)
        }
    }

    /// Vim keeps searches and copied text in a file in the home; it must not here.
    private static func plainOptions(of command: String) -> String {
        let program = command.split(separator: " ").first.map(String.init) ?? ""
        let name = program.split(separator: "/").last.map(String.init) ?? ""
        return ["vim", "nvim", "gvim", "vim.basic"].contains(name)
            ? " -i NONE -c 'set noundofile'" : ""
    }

    private static func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }
}
