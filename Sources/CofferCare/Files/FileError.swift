/// Why a file could not be added or read.
///
/// Besides these, the services throw `ChunkError` and what is below that.
package enum FileError: Error, Equatable, Sendable {
    /// There is no file of that name.
    case noFile(name: String)
    /// There is a file of that name with another content.
    case exists(name: String)
    /// The record of a file does not say what a file is.
    case damaged(name: String)
    /// The keys of files were changed meanwhile.
    case keysChanged
    /// The caller cancelled.
    case cancelled
}
