import Testing

/// What holds for every file of code.
@Suite struct SourceTests {
    private static let code = [".swift", ".c", ".cpp", ".h", ".py", ".sh"]
    private static let folders = ["Sources", "Tests", "Vectors", "Docs"]

    /// STYLE: a longer file wants to be two.
    private static let longest = 400

    private static var files: [String] {
        folders.flatMap { Project.files(in: $0, code) }
            .filter { !$0.contains("/__pycache__/") }
    }

    @Test func onlyTheLibraryPeopleImportIsPublic() throws {
        let pattern =
            #/^\s*(@\w+(\([^)]*\))?\s+)*((nonisolated|final|static|override|indirect)\s+)*(public|open)(\(set\))?\s/#
        var isAnyPublic = false
        for file in Project.files(in: "Sources", [".swift"]) {
            for (index, line) in try Project.lines(file).enumerated() {
                guard line.prefixMatch(of: pattern) != nil else { continue }
                isAnyPublic = true
                #expect(file.hasPrefix("Sources/Coffer/"), "\(file):\(index + 1)")
            }
        }
        #expect(isAnyPublic)
    }

    @Test func noFileIsLongerThanAReaderCanHold() throws {
        let files = Self.files
        #expect(files.count > 300)
        for file in files {
            // The last line ends with a line feed, so one empty piece stands behind it.
            let count = try Project.lines(file).count - 1
            #expect(count <= Self.longest, "\(file) has \(count) lines")
        }
    }

    @Test func namesOfFilesSayWhatIsInThem() {
        for file in Self.files {
            #expect(!file.contains(" "), "\(file) has a space")
            for word in ["Utils", "Utilities", "Helpers", "Common", "Misc"] {
                #expect(!file.contains(word), "\(file)")
            }
        }
    }

    /// Notes to oneself belong into an issue, and paths of one machine nowhere.
    @Test func nothingIsLeftForLater() throws {
        // Put together from pieces, so that this file does not find itself.
        let words = [
            "TO" + "DO", "FIX" + "ME", "HA" + "CK", "/ro" + "ot/", "/wo" + "rk/",
            "/tmp/" + "build",
        ]
        let texts =
            Self.files + Project.files(in: "Docs", [".md"]) + ["README.md", "Package.swift"]
        for file in texts {
            for (index, line) in try Project.lines(file).enumerated() {
                for word in words where line.contains(word) {
                    Issue.record("\(file):\(index + 1) says \(word)")
                }
            }
        }
    }

    @Test func theTopHoldsWhatItShould() throws {
        #expect(Set(try Project.names(in: "")) == House.top)
    }
}
