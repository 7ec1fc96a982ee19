internal import Coffer
internal import CofferArguments

/// Commands about the program itself; they need no vault.
internal enum ProgramCommands {
    /// `coffer version`.
    internal static func version(_ call: Call) throws -> ExitStatus {
        try version(call.console)
        return .done
    }

    /// Prints the version.
    internal static func version(_ console: Console) throws(Failure) {
        guard console.isJSON else { return try console.line("coffer \(Release.version)") }
        try console.print(.object(Release.members))
    }

    /// `coffer completion`.
    internal static func completion(_ call: Call) throws -> ExitStatus {
        let name = call.invocation.argument("shell") ?? ""
        guard let shell = CompletionScript.Shell(rawValue: name) else {
            throw Failure.usage("there is no completion for that shell")
        }
        try call.console.write(CompletionScript.text(for: shell, program: "coffer"))
        return .done
    }

    /// Writes the man pages, replacing those that are there.
    internal static func writeManPages(into directory: String) throws(VaultError) {
        try OutputFile.createDirectory(directory)
        let edition = ManPage.Edition(
            date: Release.date, source: "coffer \(Release.version)", manual: "Coffer",
            sections: [
                ManPage.Section("ENVIRONMENT", environment),
                ManPage.Section("EXIT STATUS", exitStatus),
            ])
        for page in Grammar.tree.manPages(edition: edition) {
            let path = Paths.join(directory, page.fileName)
            let file = try OutputFile(at: path, replacing: true)
            try file.write(Array(page.source.utf8))
            try file.finish()
        }
    }

    private static let environment = """
            COFFER_VAULT      the vault, as with --vault
            XDG_DATA_HOME     vaults with a bare name; ~/.local/share by default
            XDG_CONFIG_HOME   units of systemd for coffer maintain schedule; ~/.config by default
            XDG_STATE_HOME    what is remembered of vaults; ~/.local/state by default
            NO_COLOR          no colours
            COLUMNS           the width of tables where there is no terminal
        """

    private static let exitStatus = """
            0    done
            1    failed unexpectedly
            2    wrong usage
            3    not unlocked, or wrong password
            4    not found
            5    conflict: version, uniqueness, exists, busy
            6    damaged, tampered with, older, or not trusted
            7    the input is invalid
            8    storage: full, failed, no permission
            130  interrupted
        """
}
