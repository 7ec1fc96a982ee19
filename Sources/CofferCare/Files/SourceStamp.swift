package import CofferDisk
package import CofferFormat

/// What a file's source looked like when it was read: while it looks the same, it is not read again.
package struct SourceStamp: Hashable, Sendable {
    /// The absolute path.
    package let path: String
    private let device: UInt64
    private let inode: UInt64
    private let modified: String
    private let changed: String

    /// Takes note of a source.
    package init(_ path: String, _ status: FileStatus) {
        self.path = path
        device = status.device
        inode = status.inode
        modified = Self.text(status.modifiedSeconds, status.modifiedNanoseconds)
        changed = Self.text(status.changedSeconds, status.changedNanoseconds)
    }

    private static func text(_ seconds: Int64, _ nanoseconds: Int64) -> String {
        let digits = String(max(0, nanoseconds))
        return "\(seconds)." + String(repeating: "0", count: max(0, 9 - digits.count)) + digits
    }

    /// Reads one; nil for what is none.
    package init?(_ value: Value) {
        guard case .text(let path)? = value["path"], case .text(let device)? = value["device"],
            case .text(let inode)? = value["inode"], case .text(let modified)? = value["modified"],
            case .text(let changed)? = value["changed"], let device = UInt64(device),
            let inode = UInt64(inode)
        else { return nil }
        self.path = path
        self.device = device
        self.inode = inode
        self.modified = modified
        self.changed = changed
    }

    /// What the record has of it.
    package var value: Value {
        .object([
            Value.Member("path", .text(path)), Value.Member("device", .text(String(device))),
            Value.Member("inode", .text(String(inode))),
            Value.Member("modified", .text(modified)), Value.Member("changed", .text(changed)),
        ])
    }
}
