/// An error thrown by a vault.
///
/// Branch on ``code``; ``message`` is for people and may change between releases. Neither ever
/// holds a password, key, plaintext or field value.
public struct VaultError: Error, Sendable {
    /// What went wrong, coarsely enough to branch on.
    public let code: Code

    /// What went wrong and what to do about it, in one sentence or a few lines.
    public let message: String

    /// What it is that does not verify, without advice; nil for errors other than damage.
    public let place: String?

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
        place = nil
    }

    /// Says of a part of the vault that it does not verify, and what to do.
    internal init(damaged place: String, _ advice: String? = nil) {
        code = .damaged
        message = "the vault does not verify: \(place)" + (advice.map { "; \($0)" } ?? "")
        self.place = place
    }
}

extension VaultError {
    /// What kind of failure this is.
    ///
    /// Later releases may add codes, so a `switch` needs a `default`.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private let word: String

        private init(_ word: String) { self.word = word }

        /// The code as programs see it, such as `wrong-password`.
        public var description: String { word }

        /// Something failed that should not have.
        public static let unexpected = Code("unexpected")
        /// The request makes no sense as it stands.
        public static let usage = Code("usage")
        /// The password or recovery key is wrong, or the slot was altered; which is not told.
        public static let wrongPassword = Code("wrong-password")
        /// The vault is locked and nothing that opens it was given.
        public static let locked = Code("locked")
        /// There is no such vault.
        public static let noVault = Code("no-vault")
        /// There is no such collection.
        public static let noCollection = Code("no-collection")
        /// There is no such record.
        public static let noRecord = Code("no-record")
        /// There is no such file or folder.
        public static let noFile = Code("no-file")
        /// There is no slot of that number.
        public static let noSlot = Code("no-slot")
        /// The slot is the last one; without it nothing would open the vault.
        public static let lastSlot = Code("last-slot")
        /// Something with that name or key is there already.
        public static let exists = Code("exists")
        /// The record was changed since the version given.
        public static let versionConflict = Code("version-conflict")
        /// Another record has the value of a unique field.
        public static let notUnique = Code("not-unique")
        /// There is no change that could be undone.
        public static let nothingToUndo = Code("nothing-to-undo")
        /// Other records refer to this one.
        public static let referenced = Code("referenced")
        /// A reference leads nowhere.
        public static let brokenReference = Code("broken-reference")
        /// Another program holds the vault.
        public static let busy = Code("busy")
        /// Something in the vault does not verify.
        public static let damaged = Code("damaged")
        /// This copy is older than one seen on this machine, or of another line of history.
        public static let older = Code("older")
        /// The vault's files were moved, removed or replaced while it was open.
        public static let changedUnderneath = Code("changed-underneath")
        /// The vault was written by a newer release.
        public static let newerFormat = Code("newer-format")
        /// A number in the vault is outside its limits and was refused before any work.
        public static let refusedLimit = Code("refused-limit")
        /// There is no such bundle, or none of the vault.
        public static let noBundle = Code("no-bundle")
        /// A bundle that others continue is missing.
        public static let brokenChain = Code("broken-chain")
        /// A bundle is signed by nobody that is trusted.
        public static let untrusted = Code("untrusted")
        /// A bundle is of another vault.
        public static let foreign = Code("foreign")
        /// The caller cancelled.
        public static let cancelled = Code("cancelled")
        /// The input is not valid.
        public static let invalid = Code("invalid")
        /// A statement of SQL cannot be compiled or evaluated, or does more than read.
        public static let statement = Code("statement")
        /// A statement of SQL took longer than it may.
        public static let timeLimit = Code("time-limit")
        /// A statement of SQL took more memory than it may.
        public static let memoryLimit = Code("memory-limit")
        /// A statement of SQL has more rows than it may.
        public static let rowLimit = Code("row-limit")
        /// The disk is full.
        public static let full = Code("full")
        /// The disk or its permissions failed.
        public static let storage = Code("storage")
        /// Only reading is possible.
        public static let readOnly = Code("read-only")
    }
}
