/// What lstat(2) tells about a file.
package struct FileStatus: Sendable, Equatable {
    /// What the file is.
    package enum Kind: Sendable {
        /// An ordinary file.
        case regular
        /// A directory.
        case directory
        /// A symbolic link; it was not followed.
        case symbolicLink
        /// A fifo, socket or device.
        case special
    }

    /// What the file is.
    package let kind: Kind
    /// The size in bytes.
    package let size: Int64
    /// When its bytes last changed, in whole seconds since 1970.
    package let modifiedSeconds: Int64
    /// The rest of a second, in nanoseconds.
    package let modifiedNanoseconds: Int64
    /// When its bytes or what is said of it last changed, in whole seconds since 1970.
    package let changedSeconds: Int64
    /// The rest of that second, in nanoseconds.
    package let changedNanoseconds: Int64
    /// Its number on the device.
    package let inode: UInt64
    /// The device's number.
    package let device: UInt64
    /// How many names it has.
    package let links: UInt64
    /// Whose it is.
    package let user: UInt32
    /// The permission bits, at most 0o7777.
    package let mode: UInt32

    /// Describes a file.
    package init(
        kind: Kind, size: Int64, modifiedSeconds: Int64 = 0, modifiedNanoseconds: Int64 = 0,
        changedSeconds: Int64 = 0, changedNanoseconds: Int64 = 0, inode: UInt64 = 0,
        device: UInt64 = 0, links: UInt64 = 1, user: UInt32 = 0,
        mode: UInt32 = 0o600
    ) {
        self.kind = kind
        self.size = size
        self.modifiedSeconds = modifiedSeconds
        self.modifiedNanoseconds = modifiedNanoseconds
        self.changedSeconds = changedSeconds
        self.changedNanoseconds = changedNanoseconds
        self.inode = inode
        self.device = device
        self.links = links
        self.user = user
        self.mode = mode
    }

    /// Whether both describe one file, under whatever name.
    package func isSameFile(as other: FileStatus) -> Bool {
        inode == other.inode && device == other.device
    }
}
