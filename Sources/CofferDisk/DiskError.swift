internal import Glibc

/// What the disk, or the checks before it, refused or failed at.
package struct DiskError: Error, Sendable, Equatable {
    /// What was being done.
    package let operation: Operation
    /// The file or directory; print it escaped, it may hold anything.
    package let path: String
    /// What went wrong, coarsely enough to branch on.
    package let kind: Kind
    /// The errno(3) behind it; 0 where a check of ours refused.
    package let code: Int32

    /// Describes a failure that no system call reported.
    package init(_ operation: Operation, _ path: String, _ kind: Kind, code: Int32 = 0) {
        self.operation = operation
        self.path = path
        self.kind = kind
        self.code = code
    }

    /// Describes the failure of a system call by its errno.
    package init(_ operation: Operation, _ path: String, errno code: Int32) {
        self.init(operation, path, Kind(errno: code), code: code)
    }
}

extension DiskError {
    /// What was being done when it failed.
    package enum Operation: String, Sendable {
        /// Opening or making a file.
        case open
        /// Reading.
        case read
        /// Writing.
        case write
        /// fsync(2) of a file or of a directory.
        case synchronize
        /// Renaming or exchanging.
        case rename
        /// Making a directory.
        case makeDirectory
        /// Removing a file or a directory.
        case remove
        /// Listing a directory.
        case list
        /// Asking for a file's or file system's properties.
        case status
        /// Waiting for a lock.
        case lock
        /// Cutting a file to a length.
        case truncate
    }

    /// What went wrong.
    package enum Kind: Sendable {
        /// There is nothing under that name.
        case notFound
        /// The name is taken, or the directory is not empty.
        case exists
        /// No space, no quota, or the largest allowed file.
        case full
        /// The device failed.
        case io
        /// Not allowed to this user.
        case permission
        /// The file system cannot be written.
        case readOnly
        /// Not an ordinary file: a directory, symbolic link, fifo, socket or device.
        case notRegular
        /// Longer than the caller's limit.
        case tooLarge
        /// Somebody else holds it.
        case busy
        /// Anything else; the errno tells.
        case other

        internal init(errno code: Int32) {
            self =
                switch code {
                case ENOENT: .notFound
                case EEXIST, ENOTEMPTY: .exists
                // EFBIG: RLIMIT_FSIZE or the file system's largest file, setrlimit(2).
                case ENOSPC, EDQUOT, EFBIG: .full
                case EIO: .io
                case EACCES, EPERM: .permission
                case EROFS: .readOnly
                // ELOOP: O_NOFOLLOW met a link. ENXIO: a socket, or a fifo without a reader.
                case ELOOP, EISDIR, ENXIO: .notRegular
                case EAGAIN, EBUSY, ETXTBSY: .busy
                default: .other
                }
        }
    }
}
