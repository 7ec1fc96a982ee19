import Glibc

@testable import CofferSQLite

/// The files of a database without the shared index, which a crash does not leave.
struct Image {
    var files: [String: [UInt8]] = [:]

    init(_ files: [String: [UInt8]] = [:]) { self.files = files }

    init(reading path: String) throws {
        for suffix in ["", "-wal"] {
            if let bytes = Self.read(path + suffix) { files[suffix] = bytes }
        }
    }

    func write(to path: String) throws {
        for (suffix, bytes) in files {
            let descriptor = unsafe open(path + suffix, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            defer { close(descriptor) }
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            guard count == bytes.count else { throw SQLiteError(.ioErrorWrite, "image") }
        }
    }

    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm"] { unsafe unlink(path + suffix) }
    }

    static func read(_ path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: status.st_size)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        }
        return count == bytes.count ? bytes : nil
    }
}

extension Image {
    /// What is there now, and what a power cut would leave.
    struct Disk {
        var visible: Image
        var synchronized: Image
        private var pending: [Tape.Step] = []

        init(_ start: Image) {
            visible = start
            synchronized = start
        }

        mutating func apply(_ step: Tape.Step) {
            visible.apply(step)
            switch step {
            case .write, .truncate: pending.append(step)
            case .delete: synchronized.apply(step)
            case .sync:
                let suffix = Image.suffix(of: step)
                for waiting in pending where Image.suffix(of: waiting) == suffix {
                    synchronized.apply(waiting)
                }
                pending.removeAll { Image.suffix(of: $0) == suffix }
            }
        }

        /// A random half of what was not synchronized, some of it torn at a sector.
        func lucky(_ seed: inout UInt64) -> Image {
            func random(_ bound: Int) -> Int {
                // xorshift64: the same run every time.
                seed ^= seed << 13
                seed ^= seed >> 7
                seed ^= seed << 17
                return Int(seed % UInt64(max(1, bound)))
            }
            var image = synchronized
            for step in pending where random(2) == 0 {
                if case .write(let path, let offset, let bytes) = step, random(3) == 0 {
                    let kept = min(bytes.count, 512 * random(1 + bytes.count / 512))
                    image.apply(
                        .write(path: path, offset: offset, bytes: Array(bytes.prefix(kept))))
                } else {
                    image.apply(step)
                }
            }
            return image
        }
    }

    static func suffix(of step: Tape.Step) -> String {
        let path =
            switch step {
            case .write(let path, _, _), .truncate(let path, _), .sync(let path),
                .delete(let path):
                path
            }
        return path.hasSuffix("-wal") ? "-wal" : path.hasSuffix("-journal") ? "-journal" : ""
    }

    mutating func apply(_ step: Tape.Step) {
        let suffix = Self.suffix(of: step)
        switch step {
        case .write(_, let offset, let bytes):
            var file = files[suffix] ?? []
            if file.count < offset + bytes.count {
                file += [UInt8](repeating: 0, count: offset + bytes.count - file.count)
            }
            file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            files[suffix] = file
        case .truncate(_, let size):
            guard let file = files[suffix] else { return }
            files[suffix] = Array(file.prefix(size))
        case .sync: return
        case .delete: files[suffix] = nil
        }
    }
}
