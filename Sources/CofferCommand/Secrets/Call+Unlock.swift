internal import Coffer
internal import CofferArguments

extension Call {
    /// How often a password may be typed.
    private static let attempts = 3

    /// Unlocks a vault with the password or recovery key that was given, else asks for it.
    ///
    /// - Throws: `locked` when nothing was given and nobody can be asked.
    internal func unlock(_ vault: Vault) throws {
        let source = try SecretSource.password(invocation)
        if let path = invocation.value("recovery-key-file") {
            guard source == nil else {
                throw Failure.usage("give a password or a recovery key, not both")
            }
            let key = try SecretReader.read(file: path)
            return try counting(vault) { () throws(VaultError) in try vault.unlock(recoveryKey: key)
            }
        }
        if let source {
            let password = try source.read()
            return try counting(vault) { () throws(VaultError) in
                try vault.unlock(password: password)
            }
        }
        guard let terminal = Terminal() else {
            throw Failure(
                "locked",
                "the vault is locked; unlock it with: coffer unlock, or give --password-file, "
                    + "--password-fd or --password-command", .locked)
        }
        let name = Visible.line(VaultFinder.name(of: vault.path))
        for attempt in 1... {
            let password = try terminal.askSecret("Password for \(name): ")
            do {
                return try counting(vault) { () throws(VaultError) in
                    try vault.unlock(password: password)
                }
            } catch let error as VaultError where error.code == .wrongPassword {
                guard attempt < Self.attempts else { throw error }
                terminal.write("That is not it.\n")
            }
        }
    }

    /// A wrong password is counted, to be told of at the next unlock.
    private func counting(_ vault: Vault, _ body: () throws(VaultError) -> Void) throws {
        do throws(VaultError) {
            try body()
        } catch {
            if error.code == .wrongPassword { vault.countFailedUnlock() }
            throw error
        }
    }

    /// The password for a new vault: given, or typed twice.
    internal func newPassword() throws -> Secret {
        let new = try SecretSource.password(invocation, prefix: "new-")
        let plain = try SecretSource.password(invocation)
        guard new == nil || plain == nil else {
            throw Failure.usage("the password comes from two places; name one")
        }
        if let source = new ?? plain { return try source.read() }
        guard let terminal = Terminal() else {
            throw Failure.usage(
                "there is no terminal to ask for a password; give --password-file, "
                    + "--password-fd or --password-command")
        }
        for _ in 1...Self.attempts {
            let first = try terminal.askSecret("New password: ")
            let second = try terminal.askSecret("The same again: ")
            if first.isEqual(to: second) { return first }
            terminal.write("The two differ. Once more.\n")
        }
        throw Failure.invalid("the two passwords differed; nothing was made")
    }
}
