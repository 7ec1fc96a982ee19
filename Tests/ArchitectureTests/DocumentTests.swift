import Testing

/// What the documents refer to is there.
@Suite struct DocumentTests {
    private static var documents: [String] {
        ["README.md"] + Project.files(in: "Docs", [".md"]) + Project.files(in: "Vectors", [".md"])
    }

    /// `a/b` and `../c` give `a/c`; nil above the root.
    private static func resolve(_ target: Substring, from file: String) -> String? {
        var parts = file.split(separator: "/").dropLast().map(String.init)
        for part in target.split(separator: "/") where part != "." {
            if part == ".." {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }

    /// The anchor that a heading gets: lower case, spaces to dashes, signs dropped.
    private static func anchors(in file: String) throws -> Set<String> {
        Set(
            try Project.lines(file).filter { $0.hasPrefix("#") }.map { heading in
                heading.drop { $0 == "#" || $0 == " " }.lowercased().compactMap { character in
                    if character == " " { return "-" }
                    let isKept =
                        character.isLetter || character.isNumber || "-_".contains(character)
                    return isKept ? String(character) : nil
                }.joined()
            })
    }

    @Test func relativeLinksLeadSomewhere() throws {
        var count = 0
        for file in Self.documents {
            for match in try Project.text(file).matches(of: #/\]\((?<target>[^)\s]+)\)/#) {
                let target = match.target
                guard !target.contains("://"), !target.hasPrefix("mailto:") else { continue }
                count += 1
                let parts = target.split(
                    separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let path = parts[0].isEmpty ? file : Self.resolve(parts[0], from: file)
                guard let path, Project.exists(path) else {
                    Issue.record("\(file) links to \(target)")
                    continue
                }
                if parts.count == 2, path.hasSuffix(".md") {
                    let known = try Self.anchors(in: path).contains(String(parts[1]))
                    #expect(known, "\(file) links to \(target)")
                }
            }
        }
        #expect(count > 20)
    }

    @Test func documentsThatCodeNamesAreThere() throws {
        var count = 0
        let files =
            Project.files(in: "Sources", [".swift", ".h", ".c"])
            + Project.files(in: "Tests", [".swift"]) + Self.documents + ["Package.swift"]
        for file in files where !file.hasPrefix("Tests/ArchitectureTests/") {
            let text = try Project.text(file)
            for match in text.matches(of: #/`(?<path>(Docs|Vectors|Sources|Tests)/[\w\/.+-]+)`/#) {
                count += 1
                #expect(Project.exists(String(match.path)), "\(file) names \(match.path)")
            }
        }
        #expect(count > 20)
    }

    @Test func everyDecisionHasItsNumber() throws {
        let names = try Project.names(in: "Docs/Decisions")
        #expect(!names.isEmpty)
        for (index, name) in names.enumerated() {
            let number = String(index + 1)
            let prefix = String(repeating: "0", count: 4 - number.count) + number
            #expect(name.hasPrefix(prefix + "-"), "\(name) should be \(prefix)")
        }
    }

    /// Whoever adds a library says why.
    @Test(arguments: House.doors.sorted())
    func everyLibraryIsExplained(_ door: String) throws {
        #expect(try Project.text("Docs/Dependencies.md").contains("`\(door)`"))
    }

    @Test(arguments: House.table.keys.sorted())
    func everyModuleIsDescribed(_ module: String) throws {
        #expect(try Project.text("Docs/Architecture.md").contains("`\(module)`"))
    }
}
