/// What to do when a record was changed since the version that is written over.
public enum Conflict<Content: Sendable> {
    /// Write nothing: ``VaultError/Code/versionConflict``.
    case fail

    /// Make the new value once more from the record as it is by now, and try again.
    ///
    /// The closure may be called several times and may use the vault; what it throws ends the
    /// attempt.
    case retry((_ fresh: Stored<Content>) throws -> Content)

    /// Put both changes together, and try again.
    ///
    /// The closure is given the value that both began with, the one that is there by now, and the
    /// one that was to be written. It may be called several times and may use the vault; what it
    /// throws ends the attempt.
    case merge((_ base: Content, _ theirs: Content, _ mine: Content) throws -> Content)
}
