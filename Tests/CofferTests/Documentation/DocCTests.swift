import Foundation
import Testing

/// What the documentation compiler says of the catalog and of the comments of public declarations.
@Suite struct DocCTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Where the modules lie that these tests were built with.
    private static let products: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return ((tests ?? "") as NSString).deletingLastPathComponent
    }()

    private static func tool(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    private static let isPossible: Bool = {
        let isPossible =
            tool("docc") != nil && tool("swift-symbolgraph-extract") != nil
            && FileManager.default.fileExists(
                atPath: products + "/Modules/Coffer.swiftmodule")
        if !isPossible { print("skipped: the documentation, for docc or the modules are not here") }
        return isPossible
    }()

    private func run(_ name: String, _ arguments: [String]) throws -> (status: Int32, text: String)
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.tool(name)))
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }

    private func moduleMaps() throws -> [String] {
        let files = FileManager.default
        let sources = try files.contentsOfDirectory(atPath: Self.root + "/Sources").map {
            "\(Self.root)/Sources/\($0)/module.modulemap"
        }
        let built = try files.contentsOfDirectory(atPath: Self.products).filter {
            $0.hasSuffix(".build")
        }.map { "\(Self.products)/\($0)/module.modulemap" }
        return (sources + built).filter { files.fileExists(atPath: $0) }
    }

    @Test(.enabled(if: isPossible))
    func everythingIsExplainedAndEveryLinkLeadsSomewhere() throws {
        let scratch = try Scratch()
        let symbols = scratch.path + "/symbols"
        try FileManager.default.createDirectory(
            atPath: symbols, withIntermediateDirectories: true)
        var arguments = [
            "-module-name", "Coffer", "-minimum-access-level", "public",
            "-skip-synthesized-members", "-output-dir", symbols, "-I", Self.products + "/Modules",
            "-target", Self.target,
        ]
        for map in try moduleMaps() { arguments += ["-Xcc", "-fmodule-map-file=\(map)"] }
        let extracted = try run("swift-symbolgraph-extract", arguments)
        try #require(extracted.status == 0, "\(extracted.text)")
        let converted = try run(
            "docc",
            [
                "convert", Self.root + "/Sources/Coffer/Documentation.docc",
                "--additional-symbol-graph-dir", symbols, "--fallback-display-name", "Coffer",
                "--fallback-bundle-identifier", "coffer", "--output-path",
                scratch.path + "/archive", "--warnings-as-errors",
            ])
        #expect(converted.status == 0, "\(converted.text)")
        for page in ["documentation/coffer.json", "tutorials/coffer/initiativetracker.json"] {
            let path = scratch.path + "/archive/data/" + page
            #expect(FileManager.default.fileExists(atPath: path))
        }
    }

    #if arch(arm64)
    private static let target = "aarch64-unknown-linux-gnu"
    #else
    private static let target = "x86_64-unknown-linux-gnu"
    #endif
}
