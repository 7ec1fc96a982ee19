internal import Coffer
internal import CofferArguments

/// Where a password or recovery key comes from, if not from the terminal.
///
/// Never an argument and never an environment variable: others can see those.
internal enum SecretSource {
    case file(String)
    case descriptor(String)
    case command(String)

    /// The source that the options `--PREFIXpassword-file`, `-fd` or `-command` name.
    ///
    /// - Throws: `usage` when there are two.
    internal static func password(
        _ invocation: Invocation, prefix: String = ""
    ) throws(Failure) -> SecretSource? {
        var found: [SecretSource] = []
        for (name, make) in [
            ("password-file", { .file($0) }), ("password-fd", { .descriptor($0) }),
            ("password-command", { .command($0) }),
        ] as [(String, (String) -> SecretSource)] where invocation.declares(prefix + name) {
            if let value = invocation.value(prefix + name) { found.append(make(value)) }
        }
        guard found.count < 2 else {
            throw .usage("the password comes from two places; name one")
        }
        return found.first
    }

    /// Reads the secret.
    internal func read() throws(Failure) -> Secret {
        switch self {
        case .file(let path): try SecretReader.read(file: path)
        case .descriptor(let number): try SecretReader.read(descriptor: number)
        case .command(let command): try SecretReader.read(command: command)
        }
    }
}
