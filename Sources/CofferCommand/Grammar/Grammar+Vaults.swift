internal import Coffer
internal import CofferArguments

extension Grammar {
    /// Making, opening and closing vaults.
    internal static var vaultCommands: [Command] {
        [initCommand, vaults, unlock, lock, status, acceptOlder]
    }

    private static let initCommand = Command(
        "init", summary: "Make a vault",
        discussion: """
            A bare NAME is made in your data folder ($XDG_DATA_HOME/coffer), a PATH where it \
            says. Without either it is called vault.

            The recovery key opens the vault when the password is lost. It is shown once; a sheet \
            (--sheet) is a page to print that has it. Whoever has the sheet has the vault.

            With a folder for backups the first bundle goes there, and coffer maintain makes more. On \
            a terminal you are asked for one.
            """,
        heading: "Vaults",
        options: [
            .value(
                "sheet", placeholder: "FILE", completion: .file,
                help: "Write the page to print, with the recovery key"),
            .flag("no-recovery", help: "Make no recovery key: a lost password is final"),
            .value(
                "template", placeholder: "NAME", completion: .choices(Vault.templates),
                help: "Begin with the collections of a starter schema"),
            .value(
                "backup", placeholder: "DIR", completion: .directory,
                help: "Back the vault up there, now and by coffer maintain"),
        ] + hashOptions + newPasswordOptions + [
            force,
            .flag("yes", short: "y", help: "Do not ask for a folder for backups"),
        ],
        arguments: [
            Argument(
                "name", placeholder: "NAME|PATH", arity: .optional, completion: .directory,
                help: "Where the vault is made")
        ])

    private static let vaults = Command(
        "vaults", summary: "List the vaults that this machine knows", heading: "Vaults")

    private static let unlock = Command(
        "unlock", summary: "Keep the vault unlocked for a while",
        discussion: """
            The key stays in the memory of the kernel, until it was not used for the given time, \
            and for a day at most. Programs of the same user can use an unlocked vault.

            What coffer maintain has left because the vault was locked is done now.
            """,
        heading: "Vaults",
        options: [
            .value(
                "for", placeholder: "TIME", completion: .suggestions(["15m", "1h", "8h"]),
                help: "How long without use, such as 90s, 15m or 2h; 15m by default")
        ])

    private static let lock = Command(
        "lock", summary: "Forget the key of an unlocked vault",
        discussion: """
            What coffer maintain has left because the vault was locked is done before this process \
            ends; for all others the vault is locked at once. Not with --all.
            """,
        heading: "Vaults",
        options: [.flag("all", help: "Forget the keys of all vaults")])

    private static let status = Command(
        "status", summary: "Tell how the vault stands; less of it while it is locked",
        heading: "Vaults")

    private static let acceptOlder = Command(
        "accept-older", summary: "Make an older copy of the vault the current one",
        discussion: """
            A copy that is older than the one last opened on this machine may have been put there \
            by somebody to hide what came later. Look at it with --older first. The decision \
            goes on the audit log.
            """,
        heading: "Vaults", options: [yes])
}
