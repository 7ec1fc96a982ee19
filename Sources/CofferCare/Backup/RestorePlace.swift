internal import CofferDisk
internal import CofferStore

/// The place that a vault is restored to, and what grows beside it until it is complete.
///
/// What is being restored has a marker in it, which goes with it into its place and is removed
/// there. So whatever interrupts a restore, a folder with the marker under a name of its own is
/// one that nobody needs, and one without it is the vault that was there before.
internal struct RestorePlace {
    /// What stands between the name of the place and a number of its own.
    static let mark = ".restoring-"
    /// The file in a vault that is being restored, locked as long as that goes on.
    static let marker = "restoring.lock"

    private let path: String
    private let disk: any FileSystem

    init(_ path: String, _ disk: any FileSystem) {
        self.path = path
        self.disk = disk
    }

    private var parent: String { DiskPath.parent(of: path) }

    /// Tidies up after restores that were interrupted: removes what was not finished, and gives
    /// a vault that was put aside its name.
    func sweep() throws {
        let prefix = DiskPath.name(of: path) + Self.mark
        for name in try disk.list(parent) where name.hasPrefix(prefix) {
            let left = DiskPath.join(parent, name)
            if try disk.exists(left + "/" + Self.marker) {
                discard(left)
            } else if try disk.exists(left + "/" + Store.databaseName) {
                try keep(left)
            } else {
                try? disk.removeDirectory(left)
            }
        }
        let marker = path + "/" + Self.marker
        guard try disk.exists(marker),
            let lock = try? disk.lock(marker, .exclusive, timeout: .zero)
        else { return }
        try withExtendedLifetime(lock) { try disk.unlink(marker) }
    }

    /// Removes what is not finished, unless somebody is at work there or it is something else.
    ///
    /// The marker goes last: what is left of it when this is interrupted is still nobody's vault.
    func discard(_ staging: String, isOurs: Bool = false) {
        let marker = staging + "/" + Self.marker
        guard (try? disk.exists(marker)) == true else {
            // Only an empty one.
            try? disk.removeDirectory(staging)
            return
        }
        let lock = try? disk.lock(marker, .exclusive, timeout: .zero)
        guard isOurs || lock != nil else { return }
        withExtendedLifetime(lock) {
            guard let names = try? disk.list(staging) else { return }
            for name in names where name != Self.marker {
                guard (try? disk.removeTree(DiskPath.join(staging, name))) != nil else { return }
            }
            try? disk.unlink(marker)
            try? disk.removeDirectory(staging)
        }
    }

    /// Puts the finished vault in its place; gives the path of what was there.
    ///
    /// - Throws: `DiskError`. Where the two have changed their names already, they keep them.
    func put(_ staging: String, isReplacing: Bool) throws -> String? {
        guard isReplacing, try disk.exists(path) else {
            try disk.rename(staging, to: path, .refusing)
            try? disk.unlink(path + "/" + Self.marker)
            try disk.synchronizeDirectory(parent)
            return nil
        }
        try disk.rename(staging, to: path, .exchanging)
        // From here on the new vault is in its place; what was there has the name of the staging
        // until it gets its own.
        try? disk.unlink(path + "/" + Self.marker)
        return try keep(staging)
    }

    /// Gives a vault that was put aside the name that says so.
    @discardableResult
    private func keep(_ vault: String) throws -> String {
        var kept = path + ".before-restore"
        var number = 2
        while try disk.exists(kept) {
            kept = path + ".before-restore-\(number)"
            number += 1
        }
        try disk.rename(vault, to: kept, .refusing)
        try disk.synchronizeDirectory(parent)
        return kept
    }
}
