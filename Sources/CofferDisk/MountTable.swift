/// The mounts that a process sees, from the text of `/proc/self/mountinfo`.
///
/// The table names what statfs(2) only numbers: every FUSE file system has one number.
internal struct MountTable {
    private var mounts: [(point: String, type: String)] = []

    /// Reads the table; lines that are not of the form in proc_pid_mountinfo(5) are passed over.
    internal init(_ text: [UInt8]) {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "))
            guard let dash = fields.firstIndex(where: { $0.elementsEqual("-".utf8) }),
                dash > 5, dash + 1 < fields.endIndex
            else { continue }
            mounts.append(
                (Self.unescape(fields[4]), String(decoding: fields[dash + 1], as: UTF8.self)))
        }
    }

    /// The type of the file system that an absolute path without links lies on; empty if unknown.
    internal func type(of path: String) -> String {
        var best = ""
        var type = ""
        for mount in mounts where mount.point.utf8.count >= best.utf8.count {
            // Of two mounts at one point the later one covers the earlier.
            let prefix = mount.point == "/" ? "/" : mount.point + "/"
            if path == mount.point || path.hasPrefix(prefix) {
                best = mount.point
                type = mount.type
            }
        }
        return type
    }

    /// Space, tab, newline and backslash stand as a backslash and three octal digits.
    private static func unescape(_ field: ArraySlice<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                digits.allSatisfy({ (0x30...0x37).contains($0) })
            {
                let value = digits.reduce(0) { $0 << 3 | UInt($1 & 7) }
                bytes.append(UInt8(truncatingIfNeeded: value))
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
