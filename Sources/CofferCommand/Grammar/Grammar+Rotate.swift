internal import CofferArguments

extension Grammar {
    /// Changing the keys of a vault.
    internal static var rotateCommands: [Command] {
        [
            Command(
                "rotate", summary: "Change the keys of the vault", heading: "Keys and care",
                subcommands: [rotatePassword])
        ]
    }
}
