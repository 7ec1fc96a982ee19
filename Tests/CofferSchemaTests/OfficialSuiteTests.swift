import CofferFormat
import CofferSchema
import Foundation
import Testing

/// The JSON Schema Test Suite, draft 7.
@Suite(.enabled(if: Material.vectors != nil)) struct OfficialSuiteTests {
    private struct Outcome {
        var passed = 0
        var failed: [String] = []
        var total: Int { passed + failed.count }
    }

    private let suite: URL
    private let registry: [String: Value]

    init() throws {
        let folder = try #require(Material.vectors).appending(path: "jsonschema")
        suite = folder.appending(path: "tests/draft7")
        registry = try Self.remotes(folder.appending(path: "remotes"))
    }

    private static func remotes(_ folder: URL) throws -> [String: Value] {
        var registry: [String: Value] = [:]
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        for path in paths where path.hasSuffix(".json") {
            registry["http://localhost:1234/" + path] = try Material.json(
                folder.appending(path: path))
        }
        return registry
    }

    private func run(_ file: URL, into outcome: inout Outcome) throws {
        for group in try Material.json(file).items {
            let name = file.lastPathComponent + ": " + (group["description"]?.string ?? "")
            let tests = group["tests"]?.items ?? []
            let schema: JSONSchema
            do {
                schema = try JSONSchema.compile(group["schema"] ?? .null, registry: registry)
            } catch {
                outcome.failed += tests.map { _ in "\(name): \(error)" }
                continue
            }
            for test in tests {
                let data = test["data"] ?? .null
                let violations = schema.validate(data)
                let isRight =
                    .bool(violations.isEmpty) == test["valid"]
                    && schema.accepts(data) == violations.isEmpty
                if isRight {
                    outcome.passed += 1
                } else {
                    outcome.failed.append("\(name): \(test["description"]?.string ?? "")")
                }
            }
        }
    }

    @Test func passesAllRequiredTests() throws {
        var outcome = Outcome()
        for file in try Material.files(in: suite, ending: ".json") {
            try run(file, into: &outcome)
        }
        print("JSON Schema Test Suite, draft 7, required: \(outcome.passed) of \(outcome.total)")
        #expect(outcome.failed == [])
        #expect(outcome.total == 927)
    }

    @Test(arguments: [
        ("bignum", 9), ("content", 10), ("ecmascript-regex", 74), ("float-overflow", 1), ("id", 7),
        ("non-bmp-regex", 12), ("unknownKeyword", 3), ("format/date", 81), ("format/date-time", 33),
        ("format/email", 20), ("format/uri", 46),
    ]) func passesTheOptionalTestsThatHoldHere(name: String, count: Int) throws {
        var outcome = Outcome()
        try run(suite.appending(path: "optional/\(name).json"), into: &outcome)
        print("JSON Schema Test Suite, optional/\(name): \(outcome.passed) of \(outcome.total)")
        if name == "content" {
            // `contentEncoding` and `contentMediaType` are remarks here, as draft 7 allows.
            #expect(outcome.passed == 6)
        } else {
            #expect(outcome.failed == [])
        }
        #expect(outcome.total == count)
    }
}
