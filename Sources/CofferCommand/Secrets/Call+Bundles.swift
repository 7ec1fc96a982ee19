internal import Coffer
internal import CofferArguments

extension Call {
    /// Whether the command line names a password or recovery key.
    internal var namesBundleKey: Bool {
        ["password-file", "password-fd", "password-command", "recovery-key-file"].contains {
            invocation.value($0) != nil
        }
    }

    /// What opens a bundle: given, or typed.
    ///
    /// - Throws: `locked` when nothing was given and nobody can be asked.
    internal func bundleKey(for path: String) throws -> Bundles.Key {
        if let key = try givenBundleKey() { return key }
        guard let terminal = Terminal() else { throw Self.noBundleKey }
        return try bundleKey(terminal.askSecret("Password for \(Self.shown(path)): "))
    }

    /// Does something with what opens a bundle; what was typed wrong is asked for again.
    ///
    /// - Throws: `locked` when nothing was given and nobody can be asked; what `body` throws.
    internal func tryingBundleKeys(
        for path: String, _ body: (borrowing Bundles.Key) throws -> Void
    ) throws {
        if let key = try givenBundleKey() { return try body(key) }
        guard let terminal = Terminal() else { throw Self.noBundleKey }
        for attempt in 1... {
            let typed = try bundleKey(
                terminal.askSecret("Password for \(Self.shown(path)): "))
            do {
                return try body(typed)
            } catch let error as VaultError where error.code == .wrongPassword {
                guard attempt < Self.attempts else { throw error }
                terminal.write("That is not it.\n")
            }
        }
    }

    private func givenBundleKey() throws -> Bundles.Key? {
        let source = try SecretSource.password(invocation)
        guard let path = invocation.value("recovery-key-file") else {
            guard let source else { return nil }
            return try bundleKey(source.read())
        }
        guard source == nil else {
            throw Failure.usage("give a password or a recovery key, not both")
        }
        return .recoveryKey(try SecretReader.read(file: path))
    }

    private func bundleKey(_ password: consuming Secret) throws(VaultError) -> Bundles.Key {
        guard let keyfile = try keyfile() else { return .password(password) }
        return .passwordWithKeyfile(.init(password, keyfile))
    }

    private static func shown(_ path: String) -> String { Visible.line(Paths.name(of: path)) }

    private static let noBundleKey = Failure(
        "locked",
        "the bundle opens with a password or recovery key of its time; give --password-file, "
            + "--password-fd, --password-command or --recovery-key-file", .locked)
}
