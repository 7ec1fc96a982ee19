internal import Coffer

/// Files as a tree of folders, the size of each beside it.
internal struct FileTree {
    private final class Folder {
        var folders: [(name: String, folder: Folder)] = []
        var files: [VaultFile] = []
        var size: UInt64 = 0
        var count = 0

        func folder(_ name: String) -> Folder {
            // Files come sorted, so it is the last one or a new one.
            if let last = folders.last, last.name == name { return last.folder }
            let made = Folder()
            folders.append((name, made))
            return made
        }
    }

    private let root = Folder()

    /// The tree of files that are sorted by their names.
    internal init(_ files: [VaultFile]) {
        for file in files {
            var place = root
            place.count += 1
            place.size &+= file.size
            for segment in file.name.split(separator: "/").dropLast() {
                place = place.folder(String(segment))
                place.count += 1
                place.size &+= file.size
            }
            place.files.append(file)
        }
    }

    /// The lines of the tree.
    internal var lines: [String] {
        var lines: [String] = []
        Self.add(root, 0, to: &lines)
        return lines
    }

    private static func add(_ folder: Folder, _ depth: Int, to lines: inout [String]) {
        let indent = String(repeating: "  ", count: depth)
        for (name, inner) in folder.folders {
            lines.append(
                "\(indent)\(Visible.line(name))/  "
                    + "\(Quantity.of(inner.count, "file", "files")), "
                    + Quantity.bytes(Double(inner.size)))
            add(inner, depth + 1, to: &lines)
        }
        for file in folder.files {
            let name = file.name.split(separator: "/").last.map(String.init) ?? file.name
            lines.append("\(indent)\(Visible.line(name))  \(Quantity.bytes(Double(file.size)))")
        }
    }
}
