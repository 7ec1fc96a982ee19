import Foundation

/// The program that was built beside these tests, run on a vault of theirs.
enum OtherProcess {
    /// `COFFER_PROGRAM`, a release build say; else the one that lies beside the tests.
    private static let program: String = {
        if let named = ProcessInfo.processInfo.environment["COFFER_PROGRAM"] { return named }
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return ((tests ?? "") as NSString).deletingLastPathComponent + "/coffer"
    }()

    /// Whether it is there.
    static let isThere: Bool = {
        let isThere = FileManager.default.isExecutableFile(atPath: program)
        if !isThere { print("skipped: another process, for there is no program at \(program)") }
        return isThere
    }()

    /// Runs a command with the password of the tests and gives its exit status.
    static func run(_ arguments: [String], in scratch: Scratch) throws -> Int32 {
        try ask(arguments, in: scratch).status
    }

    /// Whether `COFFER_PROGRAM` names a program, which is as fast as it gets.
    static let isNamed = ProcessInfo.processInfo.environment["COFFER_PROGRAM"] != nil

    /// Runs a command with the password of the tests and gives the most memory that it had, in
    /// MiB (`VmHWM` of proc(5)).
    static func peak(
        _ arguments: [String], in scratch: Scratch
    ) throws -> (status: Int32, memory: Int) {
        let process = try make(arguments, in: scratch)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        var peak = 0
        while process.isRunning {
            let status = try? String(
                contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
            let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            let words = line?.split { !$0.isNumber } ?? []
            peak = max(peak, words.first.flatMap { Int($0) } ?? 0)
            usleep(2_000)
        }
        return (process.terminationStatus, peak / 1_024)
    }

    /// Runs a command with the password of the tests and gives what it says, too.
    static func ask(
        _ arguments: [String], in scratch: Scratch
    ) throws -> (status: Int32, output: Data) {
        let process = try make(arguments, in: scratch)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, said)
    }

    private static func make(_ arguments: [String], in scratch: Scratch) throws -> Process {
        let password = try scratch.write("password", "correct horse")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments + ["--password-file", password]
        process.environment = [
            "COFFER_VAULT": scratch.path + "/test.coffer", "HOME": scratch.path,
            "XDG_STATE_HOME": scratch.path + "/other",
        ]
        process.standardError = FileHandle.nullDevice
        return process
    }
}
