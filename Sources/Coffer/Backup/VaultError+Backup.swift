internal import CofferBundles
internal import CofferCare

extension VaultError {
    internal static func from(_ error: BackupError) -> VaultError {
        switch error {
        case .cancelled: VaultError(.cancelled, "stopped; nothing has changed")
        case .noBundle(let path):
            VaultError(
                .noBundle,
                "\(path) holds no bundle that could be restored, or none of that vault and time; see: "
                    + "coffer backup list DIR")
        case .severalVaults(let vaults):
            VaultError(
                .usage,
                "the folder holds bundles of several vaults; name one with --of:\n"
                    + vaults.joined(separator: "\n"))
        case .brokenChain(let path, let missing):
            VaultError(
                .brokenChain,
                "\(path) continues a bundle that is not in the folder (\(missing.prefix(16))); "
                    + "copy that one there, too")
        case .damaged(let path, let reason):
            VaultError(.damaged, "\(path) is damaged: \(reason); nothing was restored")
        case .foreign(let path):
            VaultError(
                .foreign,
                "another vault lies at \(path); restore to another place with --to")
        case .older(let path):
            VaultError(
                .older,
                "the vault at \(path) has changes that are newer than the bundle; name the bundle's "
                    + "file to restore it all the same")
        case .otherCopy(let path):
            VaultError(
                .older,
                "the vault at \(path) is another copy than the one that was backed up, and may have "
                    + "changes of its own; name the bundle's file to restore it all the same")
        case .olderKeyring(let path):
            VaultError(
                .older,
                "\(path) is a copy from before its keyring was written anew: it opens with what was "
                    + "given up; take the copy that coffer backup rekey has left")
        case .untrusted(let path):
            VaultError(
                .untrusted,
                "\(path) is not signed by the key of this vault; nothing was restored")
        case .exists(let path):
            VaultError(
                .exists, "\(path) exists already; restore to another place with --to")
        case .promiseBroken(let what):
            VaultError(
                .damaged,
                "the restored vault is not what the bundle promised (\(what)); nothing was "
                    + "restored")
        }
    }

    internal static func from(_ error: BundleError) -> VaultError {
        switch error {
        case .disk(let error): from(error)
        case .crypto(let error): from(error)
        case .cancelled: VaultError(.cancelled, "stopped; nothing has changed")
        case .newerFormat: VaultError(.newerFormat, "the bundle: \(error.message)")
        case .otherSigner, .badSignature:
            VaultError(.untrusted, "the bundle: \(error.message)")
        case .misuse: VaultError(.unexpected, error.message)
        case .limit: VaultError(.refusedLimit, "the bundle: \(error.message)")
        case .notABundle, .damaged: VaultError(.damaged, "the bundle: \(error.message)")
        }
    }
}
