import Foundation

/// A program of this machine that a test runs when it is there.
enum InstalledProgram {
    /// Whether `name` is in `PATH`; says so when it is not.
    static func has(_ name: String) -> Bool {
        if path(of: name) != nil { return true }
        print("SKIPPED: \(name) is not installed, so what needs it is not tested here.")
        return false
    }

    static func path(of name: String) -> String? {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.map { "\($0)/\(name)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    /// What `name` writes to standard output and standard error.
    static func run(
        _ name: String, _ arguments: [String], in folder: URL, environment: [String: String] = [:]
    ) throws -> (output: String, errors: String, status: Int32) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path(of: name) ?? "/nonexistent")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment
            .merging(["LC_ALL": "C.UTF-8", "HOME": folder.path]) { $1 }
            .merging(environment) { $1 }
        // Files and not pipes: nothing can fill up while the other is read.
        let output = folder.appendingPathComponent("stdout")
        let errors = folder.appendingPathComponent("stderr")
        for file in [output, errors] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return (
            String(decoding: try Data(contentsOf: output), as: UTF8.self),
            String(decoding: try Data(contentsOf: errors), as: UTF8.self),
            process.terminationStatus
        )
    }

    /// Runs `body` in an empty folder that is gone afterwards.
    static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("arguments-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}
