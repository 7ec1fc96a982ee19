internal import Coffer
internal import CofferArguments

/// The backup of a vault that was just made: its policy, and its first bundle.
internal enum FirstBackup {
    /// Refuses a folder that cannot be one, before a vault is made.
    ///
    /// - Throws: `usage`, `exists`.
    internal static func check(_ folder: String) throws(Failure) {
        guard !folder.isEmpty else { throw .usage("--backup needs a folder") }
        guard Paths.status(folder) == nil || Paths.isDirectory(folder) else {
            throw Failure("exists", "\(folder) is not a folder", .conflict)
        }
    }

    /// Backs the vault up into the folder that the command line names, or that is typed.
    ///
    /// The vault and its recovery key have been handed over by now, whatever becomes of this.
    ///
    /// - Throws: What setting a policy and making a bundle throws, with what to do about it.
    internal static func make(
        of path: String, _ password: borrowing Secret, _ call: Call
    ) throws {
        try call.console.flush()
        guard let named = try call.invocation.value("backup") ?? typed(call) else { return }
        let folder = Paths.absolute(named, in: call.ambient.folder)
        do {
            try check(folder)
            let vault = try Vault(at: path, in: call.surroundings)
            try vault.unlock(password: password)
            try vault.setBackupPolicy(Vault.BackupPolicy(folders: [folder]))
            let made = try vault.backUp(to: folder)
            call.console.note("The first bundle is \(Visible.line(made.path)).")
            call.console.note(
                "More are made by coffer maintain; let a timer do it: coffer maintain schedule on")
        } catch {
            throw Failure.from(error).adding(
                "the vault is made, but not backed up; do that with: coffer backup policy --to DIR "
                    + "and coffer maintain")
        }
    }

    /// A folder that is typed on the terminal; nil for none, and where nobody is asked.
    private static func typed(_ call: Call) throws(Failure) -> String? {
        let console = call.console
        guard !call.invocation.flag("yes"), !console.isQuiet, !console.isJSON,
            console.isErrorTerminal, let terminal = Terminal()
        else { return nil }
        let answer = terminal.ask(
            "Folder for backups, such as one that is synchronized (empty for none): ")
        guard let folder = Self.folder(answer, home: call.ambient.home) else { return nil }
        guard !folder.unicodeScalars.contains("\u{FFFD}") else {
            throw Failure("invalid", "the folder's name is not text in UTF-8", .invalid).adding(
                "the vault is made, but not backed up")
        }
        return folder
    }

    /// The folder that somebody means who types this; nil for none.
    ///
    /// No shell has been there: a tilde stands for the home.
    internal static func folder(_ typed: String, home: String?) -> String? {
        var text = typed[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        guard !text.isEmpty else { return nil }
        guard let home, text == "~" || text.hasPrefix("~/") else { return String(text) }
        return text == "~" ? home : Paths.join(home, String(text.dropFirst(2)))
    }
}
