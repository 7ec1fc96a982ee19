internal import Coffer
internal import CofferArguments

/// One run of one command: what was asked for, and the world in which it is done.
internal final class Call {
    /// What was asked for.
    internal let invocation: Invocation
    /// Where results and remarks go.
    internal let console: Console
    /// Environment, folders and clocks.
    internal let ambient: Ambient
    /// Whether ``open()`` took the key that the kernel keeps.
    internal private(set) var isUnlockedByKernel = false

    /// Puts a call together.
    internal init(_ invocation: Invocation, _ console: Console, _ ambient: Ambient) {
        self.invocation = invocation
        self.console = console
        self.ambient = ambient
    }

    /// Whether results are JSON.
    internal var isJSON: Bool { console.isJSON }

    /// What the library needs to know.
    internal var surroundings: Surroundings {
        ambient.surroundings(allowsOlder: invocation.flag("older"))
    }

    /// The path of the vault that the command is about.
    internal func vaultPath() throws(Failure) -> String {
        let path = try VaultFinder(ambient).find(named: invocation.value("vault"))
        console.detail("vault: \(Visible.line(path))")
        return path
    }

    /// Opens the vault, still locked; for reading only where it cannot be written, so that a
    /// command that writes hears of it when it does.
    internal func openLocked(in surroundings: Surroundings? = nil) throws -> Vault {
        if ambient.stateDirectory == nil {
            console.warn("HOME is not set: an older copy of the vault cannot be noticed")
        }
        let path = try vaultPath()
        let surroundings = surroundings ?? self.surroundings
        do throws(VaultError) {
            return try Vault(at: path, in: surroundings)
        } catch {
            guard error.code == .readOnly else { throw error }
            console.detail("the vault can only be read here")
            return try Vault(at: path, isReadOnly: true, in: surroundings)
        }
    }

    /// Opens and unlocks the vault: with the key that is kept, or with one that is asked for.
    internal func open() throws -> Vault {
        let vault = try openLocked()
        if try vault.unlockFromCache() {
            isUnlockedByKernel = true
            console.detail("unlocked with the key that the kernel keeps")
        } else {
            try unlock(vault)
        }
        noteNewEpoch(vault)
        return vault
    }

    /// Says, once, that the vault was restored or its root replaced elsewhere.
    internal func noteNewEpoch(_ vault: Vault) {
        if let news = try? vault.newEpoch() { console.note(Visible.line(news)) }
    }

    /// Says that the key that signs for the vault was retired as compromised on this machine.
    internal func warnOfSigner() { console.warn(Vault.compromisedSignerRemark) }

    /// Says that this machine does not know that a signing key is compromised.
    internal func warnOfMissingNote() {
        console.warn(
            "this machine could not take note that the old signing key is compromised, so it still "
                + "believes what that key has signed; see to \(ambient.stateDirectory ?? "HOME"), "
                + "then unlock the vault again, which takes the note")
    }

    /// The vault that a command is not about but may ask, where it is there and unlocked; a locked
    /// one is not touched.
    internal func vaultAtHand() -> Vault? {
        guard let path = try? VaultFinder(ambient).find(named: invocation.value("vault")),
            Vault.isUnlocked(at: path, in: surroundings),
            let vault = try? Vault(at: path, isReadOnly: true, in: surroundings),
            (try? vault.unlockFromCache()) == true
        else { return nil }
        return vault
    }

    /// Bundles, with the word of the vault at hand, where there is one.
    internal func bundles() -> Bundles {
        let alone = Bundles(in: surroundings)
        guard let vault = vaultAtHand() else { return alone }
        return (try? Bundles(in: surroundings, asking: vault)) ?? alone
    }

    /// What stands on standard error after a write on a terminal, so that nobody writes to the
    /// wrong vault unawares; comes before the results, so that a failure to print them can say
    /// that all is stored.
    internal func noteWrite(_ vault: Vault, _ what: String, isStored: Bool = true) {
        let note = "\(VaultFinder.name(of: vault.path)): \(what)"
        if isStored { console.stored = note }
        guard console.isErrorTerminal else { return }
        console.note(Visible.line(note))
    }

    /// The value of a whole number option.
    internal func number<Number: FixedWidthInteger>(_ option: String) throws(Failure) -> Number? {
        guard let text = invocation.value(option) else { return nil }
        guard let number = Number(text), number >= 0 else {
            throw .usage("--\(option) needs a whole number")
        }
        return number
    }

    /// Asks before something that cannot be taken back.
    ///
    /// - Throws: `usage` without a terminal and without `--yes`, `declined` after a no.
    internal func confirm(_ question: String) throws(Failure) {
        if invocation.flag("yes") { return }
        guard console.isErrorTerminal, let terminal = Terminal() else {
            throw .usage("\(question) Nobody can be asked here: say --yes")
        }
        let answer = terminal.ask(Visible.line(question) + " [y/N] ")
        guard ["y", "yes"].contains(answer.lowercased()) else {
            throw Failure("declined", "nothing was done", .failed)
        }
    }
}

extension Call {
    /// The day in UTC, such as `2026-11-21`.
    internal var today: String { String(Timestamp.text(surroundings.now()).prefix(10)) }
}

extension Call {
    /// The collection that the command names.
    internal var collection: String { invocation.argument("collection") ?? "" }

    /// The record that the command names, by its place or by `--id`, and the words after it.
    ///
    /// - Throws: `usage` where there is none.
    internal func recordAndRest() throws(Failure) -> (record: String, rest: [String]) {
        let words = Array(invocation.arguments.dropFirst())
        if let record = invocation.value("id") { return (record, words) }
        guard let record = words.first else {
            throw .usage("name the record: its own key, its UUID, or --id")
        }
        return (record, Array(words.dropFirst()))
    }
}
