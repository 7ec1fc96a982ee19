import Foundation

/// The built program, run as people run it: another process, without a terminal.
enum BuiltProgram {
    /// Where it lies: beside the tests that were built with it.
    static let path: String? = {
        var folders: [URL] = []
        let runner = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        folders.append(runner.deletingLastPathComponent())
        for word in CommandLine.arguments where word.contains(".xctest") {
            var place = URL(fileURLWithPath: word)
            while place.pathComponents.count > 1 {
                place.deleteLastPathComponent()
                folders.append(place)
            }
        }
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        folders.append(root.appendingPathComponent(".build/debug"))
        return folders.map { $0.appendingPathComponent("coffer").path }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Whether it is there; says so when it is not.
    static let isThere: Bool = {
        if path != nil { return true }
        print("SKIPPED: the program coffer was not built beside the tests, so it is not run here.")
        return false
    }()
}
