package import CofferBytes
package import CofferDisk

/// Gives back what no row names: packs, and bytes behind the ends of packs.
///
/// Nothing is touched that somebody writes to: who does holds a lock on it.
package struct PackTidy {
    private let folder: String
    private let disk: any FileSystem

    /// For the packs of the vault at a path.
    package init(_ vault: String, on disk: any FileSystem = LocalFileSystem()) {
        folder = PackWriter.folder(of: vault)
        self.disk = disk
    }

    /// The packs that lie there, and their sizes.
    ///
    /// - Throws: `ChunkError.disk`.
    package func found() throws(ChunkError) -> [(id: Identifier, size: UInt64)] {
        do throws(DiskError) {
            guard try disk.status(folder) != nil else { return [] }
            var all: [(id: Identifier, size: UInt64)] = []
            for name in try disk.list(folder) where name.hasSuffix(PackWriter.suffix) {
                let text = String(name.dropLast(PackWriter.suffix.count))
                let path = DiskPath.join(folder, name)
                // What is not named as ours are is nobody's business here.
                guard let id = Identifier(text: text), "\(id)" == text,
                    let status = try disk.status(path), status.kind == .regular
                else { continue }
                all.append((id, UInt64(clamping: status.size)))
            }
            return all
        } catch { throw .disk(error) }
    }

    /// Takes a pack for its own; nil where somebody writes to it, or where it is not there.
    package func lock(_ pack: Identifier) -> (any DiskLock)? {
        let path = PackWriter.path(of: pack, in: folder)
        // A lock would make the file.
        guard let status = try? disk.status(path), status.kind == .regular else { return nil }
        return try? disk.lock(path, .exclusive, timeout: .zero)
    }

    /// Removes packs that no row names, and that no reader needs any more.
    ///
    /// - Parameter isNamed: Says by the newest rows whether one is named; asked under its lock.
    /// - Returns: How many were removed, and the bytes that they took.
    /// - Throws: `ChunkError.disk`; what `isNamed` throws.
    package func remove(
        _ packs: [(id: Identifier, size: UInt64)], unless isNamed: (Identifier) throws -> Bool
    ) throws -> (packs: Int, bytes: UInt64) {
        var removed = (packs: 0, bytes: UInt64(0))
        for (id, size) in packs {
            guard let lock = lock(id) else { continue }
            defer { withExtendedLifetime(lock) {} }
            guard try !isNamed(id) else { continue }
            do throws(DiskError) {
                try disk.unlink(PackWriter.path(of: id, in: folder))
            } catch {
                guard error.kind == .notFound else { throw ChunkError.disk(error) }
                continue
            }
            removed.packs += 1
            removed.bytes &+= size
        }
        do throws(DiskError) {
            if removed.packs > 0 { try disk.synchronizeDirectory(folder) }
        } catch { throw ChunkError.disk(error) }
        return removed
    }

    /// Cuts off what lies behind the end of a pack.
    ///
    /// - Parameter length: Says by the newest row where it ends; asked under its lock.
    /// - Returns: How many bytes that were.
    /// - Throws: `ChunkError.disk`; what `length` throws.
    package func cut(_ pack: Identifier, to length: () throws -> UInt64?) throws -> UInt64 {
        guard let lock = lock(pack) else { return 0 }
        defer { withExtendedLifetime(lock) {} }
        guard let end = try length() else { return 0 }
        do throws(DiskError) {
            let file = try disk.open(PackWriter.path(of: pack, in: folder), .append)
            let size = UInt64(clamping: try file.status().size)
            guard size > end else { return 0 }
            try file.truncate(to: Int64(clamping: end))
            return size - end
        } catch { throw ChunkError.disk(error) }
    }
}
