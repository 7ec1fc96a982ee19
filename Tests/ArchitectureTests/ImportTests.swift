import Testing

/// The walls between the modules.
@Suite struct ImportTests {
    private struct Import {
        let line: Int
        let access: String
        let attributes: String
        let module: String
    }

    private static func imports(in path: String) throws -> [Import] {
        let pattern =
            #/^\s*(?<attributes>(@\w+\s+)*)((?<access>public|package|internal|private|fileprivate)\s+)?import\s+((struct|class|enum|func|protocol|typealias|let|var)\s+)?(?<module>\w+)/#
        return try Project.lines(path).enumerated().compactMap { index, line in
            guard let match = line.prefixMatch(of: pattern) else { return nil }
            return Import(
                line: index + 1, access: match.access.map(String.init) ?? "",
                attributes: String(match.attributes), module: String(match.module))
        }
    }

    @Test func everyFolderOfSourcesIsInTheTable() throws {
        let known = Set(House.table.keys).union(House.doors).union(House.shims)
        #expect(Set(try Project.names(in: "Sources")) == known)
        #expect(House.floors.flatMap { $0 }.count == known.count)
        #expect(Set(House.floors.flatMap { $0 }) == known)
    }

    @Test(arguments: House.table.keys.sorted())
    func importsOnlyWhatTheTableAllows(_ module: String) throws {
        let allowed = try #require(House.table[module])
        let files = Project.files(in: "Sources/" + module, [".swift"])
        #expect(!files.isEmpty, "A module without a file was not looked at")
        var seen: Set<String> = []
        for file in files {
            for found in try Self.imports(in: file) {
                seen.insert(found.module)
                #expect(
                    allowed.contains(found.module),
                    "\(file):\(found.line) imports \(found.module)")
                #expect(found.attributes.isEmpty, "\(file):\(found.line) has an attribute")
            }
        }
        #expect(allowed.subtracting(seen).isEmpty, "The table allows what nobody needs")
    }

    @Test func modulesImportOnlyFromFloorsBelow() throws {
        let floorOf = Dictionary(
            uniqueKeysWithValues: House.floors.enumerated().flatMap { number, names in
                names.map { ($0, number) }
            })
        for (module, allowed) in House.table {
            let floor = try #require(floorOf[module])
            for other in allowed {
                guard let below = floorOf[other] else { continue }
                #expect(below < floor, "\(other) does not stand below \(module)")
            }
        }
    }

    /// Unicode is needed for passwords, names and patterns; every other library has one user.
    @Test func eachLibraryOfOthersHasOneUser() {
        for door in House.doors {
            let users = House.table.filter { $0.value.contains(door) }.keys.sorted()
            let expected =
                door == "CCofferUTF8proc" ? ["CofferKeys", "CofferRecords", "CofferSchema"] : nil
            if let expected { #expect(users == expected) } else { #expect(users.count == 1) }
        }
    }

    @Test func librariesOfOthersAreImportedForTheInsideOnly() throws {
        var count = 0
        for file in Project.files(in: "Sources", [".swift"]) {
            for found in try Self.imports(in: file) where House.doors.contains(found.module) {
                count += 1
                #expect(found.access == "internal", "\(file):\(found.line)")
            }
        }
        #expect(count >= House.doors.count)
    }

    @Test(arguments: House.doors.sorted())
    func doorsHoldNoSwift(_ door: String) throws {
        #expect(Project.files(in: "Sources/" + door, [".swift"]).isEmpty)
        let isMap = Project.exists("Sources/\(door)/module.modulemap")
        let isTarget = Project.exists("Sources/\(door)/include")
        #expect(isMap != isTarget)
    }

    @Test func foundationIsForTestsOnly() throws {
        let files = Project.files(in: "Sources", [".swift"])
        #expect(files.count > 200)
        for file in files {
            for found in try Self.imports(in: file) {
                #expect(!found.module.hasPrefix("Foundation"), "\(file):\(found.line)")
            }
        }
    }

    @Test func careHasOneFolderForEachService() throws {
        #expect(Set(try Project.names(in: "Sources/CofferCare")) == House.care)
    }
}
