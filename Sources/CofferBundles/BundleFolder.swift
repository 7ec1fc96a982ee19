package import CofferDisk

/// What lies in a folder of bundles, by name and kind; no file is opened.
package enum BundleFolder {
    /// A file in the folder.
    package struct Entry: Equatable, Sendable {
        /// Its name; print it escaped.
        package let name: String
        /// What its name stands for.
        package let kind: BundleName.Kind
        /// Its size in bytes.
        package let size: UInt64
        /// Whether it is an ordinary file; a bundle of any other kind is not opened.
        package let isRegular: Bool
    }

    /// The bundles, unfinished files, copies and partial files of a folder, sorted by name.
    ///
    /// A file that goes away meanwhile is left out.
    ///
    /// - Throws: ``DiskError/Kind/notFound`` and what the disk answers.
    package static func entries(
        in folder: String, on disk: any FileSystem = LocalFileSystem()
    ) throws(DiskError) -> [Entry] {
        var entries: [Entry] = []
        for name in try disk.list(folder) {
            let kind = BundleName.kind(of: name)
            guard kind != .other, let found = try disk.status(DiskPath.join(folder, name)) else {
                continue
            }
            entries.append(
                Entry(
                    name: name, kind: kind, size: UInt64(max(0, found.size)),
                    isRegular: found.kind == .regular))
        }
        return entries
    }
}
