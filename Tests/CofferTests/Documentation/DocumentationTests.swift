import Foundation
import Testing

/// The code that the documentation shows is code that these tests compile.
@Suite struct DocumentationTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let catalog = root.appendingPathComponent(
        "Sources/Coffer/Documentation.docc")
    private static let compiled = root.appendingPathComponent("Tests/CofferTests/Documentation")

    /// A file's lines without their indentation, and without empty ones.
    private static func lines(_ text: some StringProtocol) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }

    private static func text(_ file: URL) throws -> String {
        try String(contentsOf: file, encoding: .utf8)
    }

    /// The files of the catalog whose names end so.
    private static func files(_ ending: String) throws -> [URL] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: catalog.path)
        return names.filter { $0.hasSuffix(ending) }.sorted().map(catalog.appendingPathComponent)
    }

    private static func isPart(_ part: [String], of whole: [String]) -> Bool {
        guard !part.isEmpty, part.count <= whole.count else { return false }
        return (0...whole.count - part.count).contains {
            Array(whole[$0..<$0 + part.count]) == part
        }
    }

    @Test func everyBlockOfAnArticleIsCompiled() throws {
        let snippets = Self.lines(
            try Self.text(Self.compiled.appendingPathComponent("Snippets.swift")))
        var count = 0
        for file in try Self.files(".md") {
            let parts = try Self.text(file).components(separatedBy: "```")
            // Text and blocks take turns; each block begins with the name of its language.
            for block in stride(from: 1, to: parts.count, by: 2).map({ parts[$0] }) {
                let lines = Self.lines(block)
                #expect(lines.first == "swift", "\(file.lastPathComponent)")
                let isCompiled = Self.isPart(Array(lines.dropFirst()), of: snippets)
                #expect(isCompiled, "\(file.lastPathComponent):\n\(block)")
                count += 1
            }
        }
        #expect(count == 24)
    }

    @Test func everyStepOfTheTutorialIsTheCompiledProgramUpToThere() throws {
        let program = Self.lines(
            try Self.text(Self.compiled.appendingPathComponent("InitiativeTracker.swift")))
        let steps = try Self.files(".swift")
        #expect(steps.count == 7)
        var before = 0
        for step in steps {
            var lines = Self.lines(try Self.text(step))
            if step != steps.last, lines.count > before, lines.last == "}",
                program[lines.count - 1] != "}"
            {
                // The end of the type, which has more in the next step.
                lines.removeLast()
            }
            #expect(lines.count > before, "\(step.lastPathComponent)")
            #expect(lines == Array(program.prefix(lines.count)), "\(step.lastPathComponent)")
            before = lines.count
        }
        #expect(before == program.count)
    }

    @Test func everyStepIsShownInOrder() throws {
        let tutorial = try Self.text(
            Self.catalog.appendingPathComponent("Tutorials/InitiativeTracker.tutorial"))
        let shown = tutorial.components(separatedBy: "file: \"").dropFirst().map {
            String($0.prefix { $0 != "\"" })
        }
        #expect(try Array(shown) == Self.files(".swift").map(\.lastPathComponent))
    }
}
