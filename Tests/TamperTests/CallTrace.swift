import Foundation

/// The calls of one run of the program that write, name or make something, as `strace` saw them.
struct CallTrace: CustomStringConvertible {
    let status: Int32
    /// How many calls there were.
    private(set) var calls = 0
    /// How many bytes were written to anything but the standard streams.
    private(set) var written = 0
    /// The canaries in them.
    private(set) var found: [String] = []
    /// How many calls were about what lies in memory.
    private(set) var keptInMemory = 0
    /// What was opened or made for writing.
    private(set) var opened: Set<String> = []

    var description: String {
        "exit \(status), \(calls) calls, \(written) bytes written, \(found.count) canaries, "
            + "\(opened.count) files opened for writing"
    }

    /// Whether another program can be traced here.
    static let isPossible: Bool = {
        let tried = try? Program.run(
            ["/usr/bin/env", "strace", "-f", "-o", "/dev/null", "/bin/true"], state: "/tmp")
        if tried?.status != 0 { print("Skipped: strace is not here or may not trace.") }
        return tried?.status == 0
    }()

    private static let traced =
        "open,openat,openat2,creat,memfd_create,write,pwrite64,writev,pwritev,pwritev2,rename,"
        + "renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,setxattr,fsetxattr,"
        + "sendto,sendmsg"

    /// Runs the program and looks at every call, of the programs too that it starts.
    ///
    /// - Parameter memory: A folder in memory where text may lie as long as the program runs.
    static func run(
        _ words: [String], vault: String, in place: Place, _ search: CanarySearch,
        input: String? = nil, variables: [String: String] = [:], memory: String? = nil
    ) throws -> CallTrace {
        let report = place.path + "/trace"
        defer { try? FileManager.default.removeItem(atPath: report) }
        let outcome = try Program.run(
            words, vault: vault, in: place,
            leading: [
                "/usr/bin/env", "strace", "-f", "-xx", "-y", "-s", "16777216", "-e",
                "trace=" + traced, "-o", report,
            ], input: input, variables: variables)
        var trace = CallTrace(status: outcome.status)
        for line in try Place.read(report).split(separator: UInt8(ascii: "\n")) {
            trace.take(Array(line), search, memory)
        }
        return trace
    }

    private init(status: Int32) { self.status = status }

    private mutating func take(_ line: [UInt8], _ search: CanarySearch, _ memory: String?) {
        guard let name = line.firstIndex(of: UInt8(ascii: "(")) else { return }
        let start = line[..<name].lastIndex(of: UInt8(ascii: " ")).map { $0 + 1 } ?? 0
        let call = String(decoding: line[start..<name], as: UTF8.self)
        let rest = line[(name + 1)...]
        calls += 1
        let bytes = Self.decoded(rest)
        if let memory, Self.isBelow(memory, call, rest, bytes) {
            keptInMemory += 1
            return
        }
        if call.hasPrefix("open") || call == "creat" {
            let end = String(decoding: rest, as: UTF8.self)
            let writes = ["O_WRONLY", "O_RDWR", "O_CREAT"].contains { end.contains($0) }
            // A file that is not there is no file.
            guard writes || call == "creat", !end.contains(" = -1 ") else { return }
            opened.insert(Self.path(rest))
        } else if call == "memfd_create" {
            opened.insert("memfd " + String(decoding: Self.decoded(rest), as: UTF8.self))
        }
        // What the user reads is on the standard streams.
        let isStream =
            rest.first == UInt8(ascii: "2") || bytes.starts(with: "1<pipe:".utf8)
        let isNumber = rest.dropFirst().first == UInt8(ascii: "<")
        if call.contains("write"), isStream, isNumber { return }
        if call.contains("write") { written += bytes.count }
        found += search.words(in: bytes).map { "\($0) in \(call)" }
    }

    /// Whether a call is about what is below a folder: by its descriptor, or by a path.
    private static func isBelow(
        _ folder: String, _ call: String, _ rest: ArraySlice<UInt8>, _ bytes: [UInt8]
    ) -> Bool {
        if call.contains("write") {
            guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return false }
            return bytes[slash...].starts(with: "\(folder)/".utf8)
        }
        return path(rest).hasPrefix("\(folder)/")
    }

    /// The path that a call names: its first text, under the folder before that if it is relative.
    private static func path(_ rest: ArraySlice<UInt8>) -> String {
        let text = String(decoding: decoded(rest), as: UTF8.self)
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count > 2 else { return text }
        if parts[1].hasPrefix("/") { return String(parts[1]) }
        let folder = parts[0].split(separator: "<").last?.split(separator: ">").first ?? ""
        return "\(folder)/\(parts[1])"
    }

    /// The bytes of a line, with `\x41` for what it stands for.
    private static func decoded(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(line.count / 4)
        var index = line.startIndex
        while index < line.endIndex {
            if line[index] == UInt8(ascii: "\\"), index + 3 < line.endIndex,
                line[index + 1] == UInt8(ascii: "x"), let high = digit(line[index + 2]),
                let low = digit(line[index + 3])
            {
                bytes.append(high << 4 | low)
                index += 4
            } else {
                bytes.append(line[index])
                index += 1
            }
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
