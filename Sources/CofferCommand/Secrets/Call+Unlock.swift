internal import Coffer
internal import CofferArguments

extension Call {
    /// How often a password may be typed.
    internal static let attempts = 3

    /// Unlocks a vault with the password or recovery key that was given, else asks for it.
    ///
    /// - Throws: `locked` when nothing was given and nobody can be asked.
    internal func unlock(_ vault: Vault) throws {
        if try unlockAsGiven(vault) { return }
        guard let terminal = Terminal() else {
            throw Failure(
                "locked",
                "the vault is locked; unlock it with: coffer unlock, or give --password-file, "
                    + "--password-fd or --password-command", .locked)
        }
        let name = Visible.line(VaultFinder.name(of: vault.path))
        let keyfile = try keyfile()
        for attempt in 1... {
            let password = try terminal.askSecret("Password for \(name): ")
            do {
                return try counting(vault) { () throws(VaultError) in
                    try vault.unlock(password: password, keyfile: keyfile)
                }
            } catch let error as VaultError where error.code == .wrongPassword {
                guard attempt < Self.attempts else { throw error }
                terminal.write("That is not it.\n")
            }
        }
    }

    /// Unlocks a vault with the password or recovery key that the command line names.
    ///
    /// - Returns: Whether it names one.
    internal func unlockAsGiven(_ vault: Vault) throws -> Bool {
        let source = try SecretSource.password(invocation)
        if let path = invocation.value("recovery-key-file") {
            guard source == nil else {
                throw Failure.usage("give a password or a recovery key, not both")
            }
            let key = try SecretReader.read(file: path)
            try counting(vault) { () throws(VaultError) in try vault.unlock(recoveryKey: key) }
            return true
        }
        if let source {
            let keyfile = try keyfile()
            let password = try source.read()
            try counting(vault) { () throws(VaultError) in
                try vault.unlock(password: password, keyfile: keyfile)
            }
            return true
        }
        return false
    }

    /// The keyfile that the command line names; nil where it names none.
    internal func keyfile() throws(VaultError) -> Keyfile? {
        guard let path = invocation.value("keyfile") else { return nil }
        return try Keyfile(at: path)
    }

    /// A wrong password is counted, to be told of at the next unlock.
    internal func counting(_ vault: Vault, _ body: () throws(VaultError) -> Void) throws {
        do throws(VaultError) {
            try body()
        } catch {
            if error.code == .wrongPassword { vault.countFailedUnlock() }
            throw error
        }
    }

    /// Puts the unlock on the audit log; a disk that is full or read-only keeps nobody from reading.
    internal func recordUnlock(_ vault: Vault) throws(VaultError) {
        do throws(VaultError) {
            try vault.recordUnlock()
        } catch {
            let isAllowedOlder = error.code == .older && invocation.flag("older")
            guard isAllowedOlder || [.full, .storage, .readOnly].contains(error.code) else {
                throw error
            }
            console.warn("the unlock is not on the audit log: \(error.message)")
        }
    }

    /// The password for a new vault: given, or typed twice.
    internal func newPassword() throws -> Secret {
        let new = try SecretSource.password(invocation, prefix: "new-")
        let plain = try SecretSource.password(invocation)
        guard new == nil || plain == nil else {
            throw Failure.usage("the password comes from two places; name one")
        }
        return try newPassword(from: new ?? plain, "")
    }

    /// A new password for a vault that is there: given by the options for one, or typed twice.
    internal func anotherPassword() throws -> Secret {
        try newPassword(from: try SecretSource.password(invocation, prefix: "new-"), "new-")
    }

    private func newPassword(from source: SecretSource?, _ prefix: String) throws -> Secret {
        if let source { return try source.read() }
        guard let terminal = Terminal() else {
            throw Failure.usage(
                "there is no terminal to ask for a password; give --\(prefix)password-file, "
                    + "--\(prefix)password-fd or --\(prefix)password-command")
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
