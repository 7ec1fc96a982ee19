/// Why a file could not be added or read.
///
/// Besides these, the services throw `ChunkError` and what is below that.
package enum FileError: Error, Equatable, Sendable {
    /// There is no file of that name.
    case noFile(name: String)
    /// It was opened, and then removed or replaced, and its bytes are gone.
    case gone(name: String)
    /// There is a file of that name.
    case exists(name: String)
    /// One of two files would have to be a folder of the other.
    case inTheWay(name: String, other: String)
    /// The record of a file does not say what a file is.
    case damaged(name: String)
    /// The keys of files were changed meanwhile.
    case keysChanged
    /// A part of a file was there when it was looked for, and is not any more.
    case sweptMeanwhile(name: String)
    /// The caller cancelled.
    case cancelled
}
