internal import CofferDisk
internal import CofferStore

extension Vault {
    /// Conflict copies of sync services beside the database, and a file system that is no local
    /// disk: a vault is not made for either.
    internal func neighbours() -> [String] {
        let files = LocalFileSystem()
        var remarks: [String] = []
        let known = ["", "-wal", "-shm", "-journal"].map { Store.databaseName + $0 }
        for name in (try? files.list(path)) ?? []
        where name.hasPrefix("vault") && !known.contains(name) {
            let shown = name.filter { $0.isASCII && !$0.isNewline }
            remarks.append("\(shown): a copy that a sync service left? sync backups, not the vault")
        }
        if let volume = try? files.volume(path), volume.isRemote {
            remarks.append("the vault lies on a network file system; keep it on a local disk")
        }
        return remarks
    }
}
