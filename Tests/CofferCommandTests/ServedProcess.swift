import Foundation
import Glibc
import Testing

/// `coffer serve --stdio` as a child, with pipes that a test talks through.
final class ServedProcess {
    /// A line that the child has written.
    typealias Line = [String: Any]

    private let process = Process()
    private let input: Int32
    private let errorFile: URL
    private let output: Int32
    private var lines: LineQueue?
    private var isInputOpen = true

    /// Starts a child on a sandbox's vault, with the password at hand unless told otherwise.
    ///
    /// - Parameter isRead: Whether what it writes is read; else its pipe fills up.
    init(
        _ box: Sandbox, _ words: [String] = ["--password-file", "password"], isRead: Bool = true
    ) throws {
        // A child that has ended is told of by the test, and not by the end of all tests.
        signal(SIGPIPE, SIG_IGN)
        let (childInput, input) = try Self.pipe()
        let (output, childOutput) = try Self.pipe()
        self.input = input
        self.output = output
        errorFile = box.folder.appendingPathComponent("home/\(UUID().uuidString).err")
        try Data().write(to: errorFile)
        process.executableURL = URL(fileURLWithPath: BuiltProgram.path ?? "")
        process.arguments = ["serve", "--stdio"] + words
        process.currentDirectoryURL = box.folder
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "HOME": box.path("home"),
        ].merging(box.environment) { $1 }
        process.standardInput = FileHandle(fileDescriptor: childInput, closeOnDealloc: true)
        process.standardOutput = FileHandle(fileDescriptor: childOutput, closeOnDealloc: true)
        process.standardError = try FileHandle(forWritingTo: errorFile)
        try process.run()
        try (process.standardInput as? FileHandle)?.close()
        try (process.standardOutput as? FileHandle)?.close()
        if isRead { read() }
    }

    deinit {
        closeInput()
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        if lines == nil { closeOutput() }
    }

    private static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(unsafe Glibc.pipe(&ends) == 0)
        // No other child that a test starts may hold an end of it open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Begins to read what the child writes.
    func read() { lines = LineQueue(output) }

    /// Waits until there is something to read, without reading it.
    func waitForOutput() {
        var place = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        unsafe poll(&place, 1, 60_000)
    }

    /// The child's process number.
    var number: Int32 { process.processIdentifier }

    /// The most memory that the child has had, in KiB (`VmHWM` of proc(5)).
    var memoryPeak: Int? {
        let status = try? String(contentsOfFile: "/proc/\(number)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int($0.filter(\.isNumber)) }
    }

    /// Sends bytes as they are.
    func send(_ bytes: Data) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe write(input, $0.baseAddress, $0.count)
            }
            try #require(count > 0, "the child does not read: \(errors)")
            rest = rest.dropFirst(count)
        }
    }

    /// Sends text as it is.
    func send(_ text: String) throws { try send(Data(text.utf8)) }

    /// Sends a request as one line.
    func post(_ request: Line) throws {
        try send(try JSONSerialization.data(withJSONObject: request) + [10])
    }

    /// The next line as it is; nil at the end, or when nothing comes within the time.
    func nextText(within seconds: Double = 60) -> Data? {
        lines?.next(within: seconds)
    }

    /// The next line.
    func next(within seconds: Double = 60) throws -> Line {
        let line = try #require(nextText(within: seconds), "no line: \(errors)")
        return try #require(try JSONSerialization.jsonObject(with: line) as? Line)
    }

    /// Sends a request and waits for the next line.
    @discardableResult
    func ask(_ name: String, _ members: Line = [:]) throws -> Line {
        try post(members.merging(["do": name]) { $1 })
        return try next()
    }

    /// The result of a request that must succeed.
    @discardableResult
    func result(
        _ name: String, _ members: Line = [:], location: SourceLocation = #_sourceLocation
    ) throws -> Any? {
        let answer = try ask(name, members)
        #expect(answer["ok"] as? Bool == true, "\(answer)", sourceLocation: location)
        return answer["result"]
    }

    /// The code of the error of a request that must fail.
    func code(_ name: String, _ members: Line = [:]) throws -> String? {
        Self.code(try ask(name, members))
    }

    /// The code of an answer that is an error.
    static func code(_ answer: Line) -> String? {
        answer["ok"] as? Bool == false ? (answer["error"] as? Line)?["code"] as? String : nil
    }

    /// Ends the input.
    func closeInput() {
        if isInputOpen { close(input) }
        isInputOpen = false
    }

    /// Ends the input and waits for the end of the child.
    func end() -> Int32 {
        closeInput()
        return wait()
    }

    /// Waits for the end of the child; a signal's number is negative.
    func wait() -> Int32 {
        process.waitUntilExit()
        return process.terminationReason == .exit
            ? process.terminationStatus : -process.terminationStatus
    }

    /// Stops reading what the child writes, for ever.
    func closeOutput() { close(output) }

    /// Sends a signal.
    func raise(_ number: Int32) { kill(self.number, number) }

    /// What it has written on standard error.
    var errors: String { (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "" }
}
