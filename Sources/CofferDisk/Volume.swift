/// The file system that a path lies on, as far as it matters for keeping data.
package struct Volume: Sendable, Equatable {
    /// The kernel's name for it, such as `ext4`, `nfs4` or `fuse.sshfs`; empty when unknown.
    package let name: String
    /// Whether it is mounted read-only.
    package let isReadOnly: Bool
    /// The bytes that an ordinary user can still write.
    package let available: UInt64

    /// Describes a file system.
    package init(name: String, isReadOnly: Bool, available: UInt64) {
        self.name = name
        self.isReadOnly = isReadOnly
        self.available = available
    }

    /// Whether other machines or programs may change it underneath, so that locks and shared
    /// memory may not work.
    ///
    /// All of FUSE counts: sshfs, rclone and the folders of synchronizing services are FUSE.
    /// Only `fuseblk`, a local disk under a driver outside the kernel, does not.
    package var isRemote: Bool {
        name == "fuse" || name.hasPrefix("fuse.") || Self.remote.contains(name)
    }

    private static let remote: Set<String> = [
        "9p", "afs", "ceph", "cifs", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4",
        "ocfs2", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs",
    ]
}
