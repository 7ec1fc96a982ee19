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

    /// Runs a command with the password of the tests and gives what it says, too.
    static func ask(
        _ arguments: [String], in scratch: Scratch
    ) throws -> (status: Int32, output: Data) {
        let password = try scratch.write("password", "correct horse")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments + ["--password-file", password]
        process.environment = [
            "COFFER_VAULT": scratch.path + "/test.coffer", "HOME": scratch.path,
            "XDG_STATE_HOME": scratch.path + "/other",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, said)
    }
}
