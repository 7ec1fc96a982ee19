internal import CofferBytes
internal import CofferCrypto
internal import CofferDisk
internal import CofferExchange

/// A file of an export while it is written; it is hashed on the way.
internal final class HashedFile {
    private let file: any DiskFile
    private let path: String
    private var hash = SHA256()
    private var size: Int64 = 0
    /// Why it could not be written; the writers of records only learn that it was not.
    private(set) var failure: DiskError?

    /// Takes over a new file.
    ///
    /// - Parameter path: Its path in the folder.
    internal init(_ file: any DiskFile, at path: String) {
        self.file = file
        self.path = path
    }

    /// Adds bytes at the end.
    internal func write(_ bytes: [UInt8]) throws(DiskError) {
        try file.write(bytes)
        hash.update(bytes)
        size += Int64(bytes.count)
    }

    /// Adds bytes at the end, for a writer of records.
    internal func take(_ bytes: [UInt8]) throws(ExchangeError) {
        do throws(DiskError) { try write(bytes) } catch {
            failure = error
            throw .unwritable(errno: error.code)
        }
    }

    /// Makes the bytes durable, and says what the manifest tells of the file.
    internal func finish() throws(DiskError) -> FolderManifest.File {
        try file.synchronize()
        var done = SHA256()
        swap(&done, &hash)
        return FolderManifest.File(path: path, bytes: size, hash: Hex.encode(done.finish()))
    }
}
