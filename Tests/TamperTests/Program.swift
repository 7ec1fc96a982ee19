import Foundation

/// The program that was built beside these tests, run as people run it.
enum Program {
    /// How a run ended, and what it said.
    struct Outcome {
        /// The exit status; the negative number of the signal where one ended it.
        let status: Int32
        let output: String
        let errors: String
    }

    /// Where it lies.
    static let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("coffer").path

    /// Whether it is there; says so when it is not.
    static let isThere: Bool = {
        if FileManager.default.isExecutableFile(atPath: path) { return true }
        print("Skipped: the program is not at \(path), so it is not attacked.")
        return false
    }()

    /// Runs the program on the vault in a place, with the password of the samples.
    ///
    /// - Parameters:
    ///   - leading: A program that runs it, with its arguments.
    ///   - input: The file that is standard input.
    ///   - variables: Further environment variables.
    static func run(
        _ words: [String], vault: String, in place: Place, leading: [String] = [],
        input: String? = nil, variables: [String: String] = [:]
    ) throws -> Outcome {
        let password = place.path + "/password"
        try Data(Sample.password).write(to: URL(fileURLWithPath: password))
        return try run(
            leading + [path] + words + ["--vault", vault, "--password-file", password],
            state: place.path + "/state", input: input, variables: variables)
    }

    /// Runs any program to its end.
    static func run(
        _ words: [String], state: String, input: String? = nil,
        variables: [String: String] = [:]
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = [
            "HOME": state, "XDG_STATE_HOME": state, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8",
        ].merging(variables) { $1 }
        process.standardInput =
            input.flatMap { FileHandle(forReadingAtPath: $0) } ?? FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        let errors = NSTemporaryDirectory() + "coffer-tamper-" + UUID().uuidString
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        defer { try? FileManager.default.removeItem(atPath: errors) }
        process.standardError = FileHandle(forWritingAtPath: errors)
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let status = process.terminationStatus
        return Outcome(
            status: process.terminationReason == .exit ? status : -status,
            output: String(decoding: said, as: UTF8.self),
            errors: (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")
    }
}
