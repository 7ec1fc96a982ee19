import Foundation

/// The program that was built beside these tests, run on a vault of theirs.
enum OtherProcess {
    private static let program: String = {
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
        let password = try scratch.write("password", "correct horse")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments + ["--password-file", password]
        process.environment = [
            "COFFER_VAULT": scratch.path + "/test.coffer", "HOME": scratch.path,
            "XDG_STATE_HOME": scratch.path + "/other",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
