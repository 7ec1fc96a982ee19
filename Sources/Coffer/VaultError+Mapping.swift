internal import CofferBundles
internal import CofferBytes
internal import CofferCare
internal import CofferChunks
internal import CofferCrypto
internal import CofferDisk
internal import CofferExchange
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferSQLite
internal import CofferSchema
internal import CofferStore

extension VaultError {
    /// Says of an error from below what a person can do about it.
    internal init(_ error: any Error) {
        self =
            Self.known(error)
            ?? VaultError(.unexpected, "something failed that should not have: \(error)")
    }

    /// An error from below, said as a person needs it; a caller's own as it is.
    internal static func translated(_ error: any Error) -> any Error { known(error) ?? error }

    /// What is said of an error that we know; nil for one that a caller's closure has thrown.
    private static func known(_ error: any Error) -> VaultError? {
        switch error {
        case let error as VaultError: error
        case let error as StoreError: from(error)
        case let error as RecordsError: from(error)
        case let error as KeysError: from(error)
        case let error as SQLiteError: from(error)
        case let error as DiskError: from(error)
        case let error as SchemaError: from(error)
        case let error as ExchangeError: VaultError(error, in: nil)
        case let error as JSONError: VaultError(.invalid, error.message)
        case FieldCodingError.unwritable:
            VaultError(
                .invalid,
                "a value cannot be written: it nests deeper than \(JSON.depthLimit) arrays and "
                    + "objects, or holds a number that is none")
        case FieldCodingError.tooLong: VaultError(.invalid, "a value is too large")
        case let error as CryptoError: from(error)
        case let error as BackupError: from(error)
        case let error as BundleError: from(error)
        case let error as Vault.SafetyUnwritten: from(error)
        case let error as FileError: from(error)
        case let error as FileName.Problem:
            VaultError(.invalid, "that is no name for a file: \(error.rawValue)")
        case let error as ChunkError: from(error)
        default: nil
        }
    }

    private static func from(_ error: SchemaError) -> VaultError {
        let place = error.pointer.isEmpty ? "" : " (at \(error.pointer))"
        return VaultError(.invalid, "schema: \(error.message)\(place)")
    }

    /// Says of a file that cannot be read as a whole which one it is, and where in it.
    internal init(_ error: ExchangeError, in path: String?) {
        let place = path ?? "the input"
        switch error {
        case .malformed(let line, let reason): self.init(.invalid, "\(place):\(line): \(reason)")
        case .tooLong(let line): self.init(.invalid, "\(place):\(line): the record is too long")
        case .unreadable(let code):
            self.init(.storage, "\(place): it could not be read (errno \(code))")
        case .unwritable(let code):
            self.init(.storage, "\(place): it could not be written (errno \(code))")
        default: self.init(.invalid, "\(place): \(error.message)")
        }
    }

    internal static func from(_ error: StoreError) -> VaultError {
        switch error {
        case .notAVault(let path):
            VaultError(.noVault, "there is no vault at \(path); make one with: coffer init")
        case .exists(let path):
            VaultError(.exists, "\(path) exists already; choose another name")
        case .newerFormat(let format):
            VaultError(
                .newerFormat,
                "the vault has format \(format), which this release does not know; "
                    + "use a newer release of coffer")
        case .locked:
            VaultError(.locked, "the vault is locked; unlock it with: coffer unlock")
        case .jobUnderWay:
            VaultError(
                .busy, "a rotation of keys is under way; end it with: coffer rotate resume")
        case .noJob:
            VaultError(.usage, "no rotation of all keys is under way that could go on")
        case .rootChanged:
            VaultError(
                .locked,
                "the vault's root key was replaced since it was unlocked here; unlock it again "
                    + "with: coffer unlock")
        case .damaged(let part):
            VaultError(
                damaged: part, "keep a copy as it is, and look closer with: coffer check")
        case .older(let standing): VaultError(.older, describe(standing))
        case .changedUnderneath:
            VaultError(
                .changedUnderneath,
                "the vault's files were moved, removed or replaced while it was open; "
                    + "nothing was written")
        case .noSlot(let number):
            VaultError(.noSlot, "there is no slot \(number); see: coffer key list")
        case .lastSlot:
            VaultError(
                .lastSlot,
                "it is the last slot: nothing would open the vault any more; add another one first")
        case .unproved(let number):
            VaultError(
                .storage,
                "slot \(number) is stored and was tried before, but could not be read again: the disk "
                    + "failed; make sure that it opens the vault, with: coffer check")
        case .exhausted(let what):
            VaultError(.invalid, "the vault cannot take more: \(what)")
        }
    }

    /// What is said of a copy that is not the newest.
    internal static func describe(_ standing: Standing) -> String {
        let way =
            "look at it with --older, or make it the current one with: coffer accept-older"
        switch standing {
        case .current: return "this copy is the newest that this machine has seen"
        case .newEpoch: return "this copy has a new epoch"
        case .older(let behind, let remembered):
            let distance = behind.map { ", \($0) \($0 == 1 ? "change" : "changes") behind" } ?? ""
            return "this copy is older than the one last opened here "
                + "(\(Timestamp.text(remembered)))\(distance); \(way)"
        case .forked:
            return "this copy and the one last opened here went different ways; \(way)"
        case .auditForked:
            return "the audit log of this copy is not that of the one last opened here; \(way)"
        case .missingChanges:
            return "changes that were seen here before are missing from this copy; \(way)"
        case .otherInstance:
            return "another vault, or another copy of this one, was at this path before; \(way)"
        }
    }

    private static func from(_ error: KeysError) -> VaultError {
        switch error {
        case .wrongSecret:
            VaultError(.wrongPassword, "wrong password or key, or the vault's slot was altered")
        case .damaged(let part):
            VaultError(damaged: part)
        case .refusedLimit(let what):
            VaultError(.refusedLimit, "refused before any work: \(what)")
        case .unusablePassword(let why):
            VaultError(.invalid, "this cannot be used: \(why)")
        case .noKey: VaultError(damaged: "a key is missing")
        case .crypto(let error): from(error)
        }
    }

    internal static func from(_ error: CryptoError) -> VaultError {
        switch error {
        case .authenticationFailed:
            VaultError(.damaged, "something in the vault does not verify")
        case .outOfMemory:
            VaultError(.unexpected, "there is not enough memory for the password hash")
        case .refusedLimit(let name, let value, let allowed):
            VaultError(
                .refusedLimit,
                "\(name) is \(value), allowed are \(allowed.lowerBound) to \(allowed.upperBound)")
        case .randomnessUnavailable(let code):
            VaultError(
                .unexpected, "the system gives no random bytes (errno \(code)); nothing was done")
        default: VaultError(.unexpected, "the cryptographic library failed")
        }
    }

    private static func from(_ error: SQLiteError) -> VaultError {
        switch error.code.primary {
        case .busy, .locked:
            VaultError(.busy, "another program is writing to the vault; try again")
        case .full: VaultError(.full, "the disk is full; nothing was changed")
        case .readOnly: VaultError(.readOnly, "the vault can only be read here")
        case .corrupt, .notADatabase:
            VaultError(.damaged, "the vault's database is damaged; keep a copy as it is")
        case .cantOpen:
            VaultError(.storage, "the vault's database cannot be opened: \(error.message)")
        case .ioError:
            VaultError(.storage, "the disk failed (\(error.message)); nothing more was written")
        case .interrupt: VaultError(.unexpected, "interrupted; nothing was changed")
        default: VaultError(.unexpected, "the database failed: \(error.message)")
        }
    }

    internal static func from(_ error: DiskError) -> VaultError {
        let path = error.path
        switch error.kind {
        case .notFound:
            return VaultError(.noFile, "\(path): there is no such file or folder")
        case .exists:
            return VaultError(.exists, "\(path) exists already; it was not overwritten")
        case .full: return VaultError(.full, "\(path): the disk is full; nothing was changed")
        case .permission: return VaultError(.storage, "\(path): permission denied")
        case .readOnly: return VaultError(.readOnly, "\(path): the file system is read-only")
        case .notRegular: return VaultError(.storage, "\(path) is not an ordinary file")
        case .tooLarge: return VaultError(.invalid, "\(path) is too large")
        case .busy: return VaultError(.busy, "\(path) is in use; try again")
        default:
            return VaultError(.storage, "\(path): \(error.operation) failed (errno \(error.code))")
        }
    }
}
