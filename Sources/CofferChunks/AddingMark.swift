internal import CofferBytes
internal import CofferCrypto
package import CofferDisk
internal import CofferFormat
package import CofferStore

/// Says to other processes that files are being added, and since which generation: what is noted
/// as unused after that may have been found before, and stays (`Docs/Format.md`, section 20.3).
///
/// It holds as long as the value lives. A process that is killed leaves a file that nobody holds,
/// which the next look removes.
package final class AddingMark {
    private static let suffix = ".adding"
    private static let size = 8

    private let path: String
    private let disk: any FileSystem
    private let lock: any DiskLock

    /// Puts it in place; only then its owner may look which chunks are there.
    ///
    /// - Parameter generation: That of a state which its owner has seen.
    /// - Throws: `ChunkError.disk`; `CryptoError` where no name can be drawn.
    package init(
        since generation: UInt64, in store: Store, on disk: any FileSystem = LocalFileSystem()
    ) throws {
        let folder = PackWriter.folder(of: store.path)
        let name = try store.environment.randomness.identifier()
        path = DiskPath.join(folder, "\(name)\(Self.suffix)")
        self.disk = disk
        do throws(DiskError) {
            try PackWriter.makeFolder(folder, on: disk)
            // Somebody who looks for leftovers may hold it for a moment.
            lock = try disk.lock(path, .exclusive, timeout: .seconds(2))
            // Whoever reads it before it is written keeps everything.
            try disk.open(path, .append).write(generation.bigEndianBytes)
        } catch {
            try? disk.unlink(path)
            throw ChunkError.disk(error)
        }
    }

    deinit { try? disk.unlink(path) }

    /// The generation that all who add files just now have begun after.
    ///
    /// It is the highest number where nobody does. What killed processes have left is removed.
    ///
    /// - Throws: `ChunkError.disk`.
    package static func horizon(
        of vault: String, on disk: any FileSystem = LocalFileSystem()
    ) throws(ChunkError) -> UInt64 {
        let folder = PackWriter.folder(of: vault)
        var horizon = UInt64.max
        do throws(DiskError) {
            guard try disk.status(folder) != nil else { return horizon }
            for name in try disk.list(folder) where name.hasSuffix(suffix) {
                horizon = min(horizon, try generation(DiskPath.join(folder, name), disk))
            }
        } catch { throw .disk(error) }
        return horizon
    }

    private static func generation(
        _ path: String, _ disk: any FileSystem
    ) throws(DiskError) -> UInt64 {
        do throws(DiskError) {
            // A lock would make the file.
            guard try disk.status(path) != nil else { return .max }
            let lock = try disk.lock(path, .exclusive, timeout: .zero)
            try disk.unlink(path)
            withExtendedLifetime(lock) {}
            return .max
        } catch {
            guard error.kind == .busy else { throw error }
        }
        do throws(DiskError) {
            let bytes = try disk.open(path, .read).read(count: size, at: 0)
            guard bytes.count == size else { return 0 }
            return bytes.reduce(0) { $0 << 8 | UInt64($1) }
        } catch {
            // It has ended just now.
            guard error.kind == .notFound else { throw error }
            return .max
        }
    }
}
