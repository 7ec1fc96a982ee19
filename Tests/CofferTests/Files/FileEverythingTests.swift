import CofferBytes
import CofferCare
import CofferCrypto
import CofferFormat
import CofferRecords
import Foundation
import Glibc
import Testing

@testable import Coffer

/// The files of a vault into a folder with everything, and out of it again.
@Suite struct FileEverythingTests {
    /// Names that a folder holds as they are, and two that no file system does.
    private static let names = [
        "maps/keep.png", "maps/deep/er/still/x.bin", "rules.txt", "tiny", "empty", ".hidden",
        "-rf", "a b/c  d", "ünï/cödé 🗺️.txt", #"back\slash"#, "files/files.ndjson",
        "x/coffer-export.json", String(repeating: "l", count: 255),
        (0..<15).map { "\($0)" + String(repeating: "n", count: 250) }.joined(separator: "/"),
    ]

    private static func content(_ index: Int) -> [UInt8] {
        switch index {
        case 0: FileStage.bytes(1_300_000, seed: 3)
        case 1: FileStage.text(700_000)
        case 4: []
        // The same twice, stored once.
        case 5, 6: FileStage.bytes(90_000, seed: 9)
        default: FileStage.text(100 + index * 37)
        }
    }

    private static func stage() throws -> FileStage {
        let stage = try FileStage()
        let vault = stage.vault
        try fill(stage)
        let note = try #require(try ids(vault, "notes").first)
        for (index, name) in names.enumerated() {
            var options = Files.AddOptions()
            if index < 3 { options.links = ["notes/\(note)", "npcs/7", "npcs/é"] }
            let path = try stage.write("s\(index)", content(index))
            try vault.files.add(
                [
                    index % 2 == 0
                        ? NewFile(at: path, as: name, media: index == 2 ? "text/x-rules" : nil)
                        : bytes(content(index), as: name)
                ], options: options
            ) { #expect($0.outcome == .added, "\(name)") }
        }
        return stage
    }

    private static func fill(_ stage: FileStage) throws {
        let files = try [
            stage.scratch.write("in/notes.ndjson", #"{"text":"one"}"#),
            stage.scratch.write("in/npcs.ndjson", "{\"id\":7}\n{\"id\":\"é\"}"),
        ]
        _ = try stage.vault.importFiles(ImportRequest(paths: files)) { _, _ in }
    }

    private static func bytes(_ bytes: [UInt8], as name: String) -> NewFile {
        var rest = bytes[...]
        return NewFile(named: name) { count in
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }

    private static func ids(_ vault: Vault, _ name: String) throws -> [String] {
        var ids: [String] = []
        try vault.scan(name) {
            ids.append($0.id)
            return true
        }
        return ids
    }

    private static func list(_ vault: Vault) throws -> [VaultFile] {
        var files: [VaultFile] = []
        try vault.files.list {
            files.append($0)
            return true
        }
        return files
    }

    /// What a file is, but for the ids of the records that it goes with.
    private static func facts(_ file: VaultFile) -> String {
        "\(file.name) \(file.size) \(file.sha256) \(file.media) \(file.modified ?? -1) "
            + "\(file.source ?? "-") \(file.links.count)"
    }

    @discardableResult
    private static func take(
        _ folder: String, _ vault: Vault, _ change: (inout ImportRequest) -> Void = { _ in }
    ) throws -> ImportReport {
        var request = ImportRequest(paths: [folder])
        change(&request)
        return try vault.importFiles(request) { _, _ in }
    }

    @Test func aNewVaultFromTheFolderHasTheSameFiles() throws {
        let stage = try Self.stage()
        let scratch = stage.scratch
        let result = try WholeVault.roundTrip(stage.vault, scratch)
        #expect(result.differences == [])
        let copy = try scratch.open("copy.coffer")
        let (left, right) = (try Self.list(stage.vault), try Self.list(copy))
        #expect(left.count == Self.names.count)
        #expect(left.map(Self.facts) == right.map(Self.facts))
        for (index, name) in Self.names.enumerated() {
            #expect(try stage.read(name, of: copy) == Self.content(index), "\(name)")
        }
        // What a file goes with is the same record, whatever its id is there.
        let links = try #require(right.first).links
        for (link, key) in zip(links.dropFirst(), ["7", "é"]) {
            let record = try copy.get("npcs", key)
            #expect(link == "npcs/\(record.id)")
        }
        #expect(links.first == (try Self.ids(copy, "notes").first.map { "notes/\($0)" }))
        #expect(try copy.check(files: 1).isSound)
        // Told and held alike, and what was read once is not read again.
        #expect(try stage.add(["s0"]).map(\.outcome) == [.added])
        var seen: [Files.Added.Outcome] = []
        try copy.files.add([NewFile(at: stage.source + "/s0", as: Self.names[0])]) {
            seen.append($0.outcome)
        }
        #expect(seen == [.unchanged])
    }

    @Test func theFolderHoldsOrdinaryFilesUnderTheirNames() throws {
        let stage = try Self.stage()
        let place = stage.scratch.path + "/out"
        let before = umask(0)
        defer { umask(before) }
        let told = try stage.vault.exportEverything(to: place)
        #expect((told.kept, told.damaged.count) == (Self.names.count, 0))
        var found = 0
        for (path, data) in try WholeVault.files(place) {
            let mode = try FileManager.default.attributesOfItem(atPath: place + "/" + path)[
                .posixPermissions]
            #expect(mode as? Int == 0o600)
            if path.hasPrefix("files/") {
                let index = try #require(Self.names.firstIndex(of: String(path.dropFirst(6))))
                #expect(Array(data) == Self.content(index))
                found += 1
            } else if path.hasPrefix("renamed/") {
                #expect(Array(data) == Self.content(Self.names.count - 1))
                #expect(path == "renamed/00000014")
                found += 1
            }
        }
        #expect(found == Self.names.count)
        #expect(told.files == found + 2 * 3 + 2)
        #expect(
            told.bytes == (try WholeVault.files(place)).values.reduce(0) { $0 + Int64($1.count) })
    }

    /// A file and a folder of one name are in no vault that came about by our commands.
    @Test func whatTakesTheNameOfAnotherIsExportedAllTheSame() throws {
        let stage = try FileStage()
        let adding = try FileAdd(stage.vault.records, threads: 0) { _ in }
        for name in ["a/b", "a", "c", "c/d", "c/e/f"] {
            var rest = Array(name.utf8)[...]
            let bytes = GivenBytes { count in
                defer { rest = rest.dropFirst(count) }
                return Array(rest.prefix(count))
            }
            try adding.add(
                FileSource(name: FileName(name), bytes: bytes), existing: .fail
            ) { _ in }
        }
        try adding.finish()
        let place = stage.scratch.path + "/out"
        #expect(try stage.vault.exportEverything(to: place).kept == 5)
        let files = try WholeVault.files(place).keys.filter {
            $0.hasPrefix("files") || $0.hasPrefix("renamed")
        }
        .sorted()
        #expect(
            files == [
                "files.ndjson", "files/a/b", "files/c", "renamed/00000002", "renamed/00000004",
                "renamed/00000005",
            ])
        let copy = try stage.scratch.vault("copy.coffer")
        try Self.take(place, copy)
        for name in ["a/b", "a", "c", "c/d", "c/e/f"] {
            #expect(try stage.read(name, of: copy) == Array(name.utf8))
        }
    }

    @Test func aDamagedFileIsNamedAndTheOthersAreThere() throws {
        let stage = try FileStage()
        for (name, seed) in [("a", 1), ("b", 2), ("c", 3)] {
            try stage.write(name, FileStage.bytes(200_000, seed: UInt64(seed)))
            try stage.add([name])
        }
        // In the piece of the second file: each lies in a batch of its own, of 262,144 bytes.
        let pack = try #require(try stage.packs().first)
        let file = try FileHandle(forUpdating: URL(filePath: pack))
        try file.seek(toOffset: 500_000)
        let byte = try #require(try file.read(upToCount: 1))
        try file.seek(toOffset: 500_000)
        try file.write(contentsOf: [byte[0] ^ 1])
        try file.close()
        let place = stage.scratch.path + "/out"
        let told = try stage.vault.exportEverything(to: place)
        #expect(told.damaged.map(\.name) == ["b"])
        #expect(told.kept == 2)
        let copy = try stage.scratch.vault("copy.coffer")
        let report = try Self.take(place, copy)
        #expect(report.lostFiles == ["b"])
        #expect(report.files?.created == 2)
        #expect(try Self.list(copy).map(\.name) == ["a", "c"])
        #expect(try stage.read("c", of: copy) == FileStage.bytes(200_000, seed: 3))
    }

    @Test func whatIsThereIsTreatedAsAsked() throws {
        let stage = try FileStage()
        let vault = stage.vault
        for name in ["a", "b", "d/e"] { try stage.write(name, FileStage.text(9_000)) }
        try stage.add(["a", "b", "d/e"])
        let place = stage.scratch.path + "/out"
        _ = try vault.exportEverything(to: place)
        func counts(_ existing: ImportRequest.Existing, keeps: Bool = false) throws -> [Int] {
            let report = try Self.take(place, vault) {
                $0.existing = existing
                $0.keepsGoing = keeps
            }
            let counts = try #require(report.files)
            return [counts.created, counts.updated, counts.unchanged, counts.rejected]
        }
        #expect(try counts(.update) == [0, 0, 3, 0])
        #expect(try counts(.copy) == [0, 0, 3, 0])
        #expect(FileStage.code { _ = try counts(.fail) } == .invalid)
        try vault.files.remove(["a"])
        try stage.write("b", [1, 2])
        try stage.add(["b"], replacing: true)
        // Tried only, nothing happens.
        let tried = try Self.take(place, vault) { $0.isDryRun = true }.files
        #expect((tried?.created, tried?.updated, tried?.unchanged) == (1, 1, 1))
        #expect(try stage.read("b") == [1, 2])
        #expect(try counts(.skip) == [1, 0, 2, 0])
        #expect(try stage.read("b") == [1, 2])
        #expect(try counts(.copy, keeps: true) == [0, 0, 2, 1])
        #expect(try counts(.update) == [0, 1, 2, 0])
        #expect(try stage.read("b") == FileStage.text(9_000))
        // A name that is a folder here cannot be a file, nor the other way round.
        try vault.files.remove(["a", "d/e"])
        try stage.write("x", [1])
        for name in ["a/x", "d"] {
            try vault.files.add([NewFile(at: stage.source + "/x", as: name)]) { _ in }
        }
        #expect(FileStage.code { _ = try counts(.update) } == .invalid)
        #expect(try counts(.update, keeps: true) == [0, 0, 1, 2])
        #expect(
            FileStage.code {
                try vault.write { _ = try $0.importFiles(ImportRequest(paths: [place])) }
            } == .usage)
    }

    /// One way in which a folder is not what was written.
    struct Change: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let change: @Sendable (String) throws -> Void
    }

    /// Changes the list of files, and the manifest so that nobody notices by its hash.
    private static func edit(_ folder: String, _ old: String, _ new: String) throws {
        let path = folder + "/files.ndjson"
        let before = try Data(contentsOf: URL(filePath: path))
        let text = String(decoding: before, as: UTF8.self).replacing(old, with: new)
        #expect(Data(text.utf8) != before)
        try Data(text.utf8).write(to: URL(filePath: path))
        let manifest = folder + "/coffer-export.json"
        let told = try String(contentsOfFile: manifest, encoding: .utf8)
        try told.replacing(hash(before), with: hash(Data(text.utf8)))
            .replacing(
                #""path":"files.ndjson","bytes":\#(before.count)"#,
                with: #""path":"files.ndjson","bytes":\#(text.utf8.count)"#
            ).write(toFile: manifest, atomically: false, encoding: .utf8)
    }

    private static func hash(_ data: Data) -> String {
        Hex.encode(SHA256.hash(Array(data)))
    }

    static let changes = [
        Change(testDescription: "a changed byte") {
            try Data([1, 2, 4]).write(to: URL(filePath: $0 + "/files/a"))
        },
        Change(testDescription: "a byte more") {
            try Data([1, 2, 3, 4]).write(to: URL(filePath: $0 + "/files/a"))
        },
        Change(testDescription: "a byte less") {
            try Data([1, 2]).write(to: URL(filePath: $0 + "/files/a"))
        },
        Change(testDescription: "a missing file") {
            try FileManager.default.removeItem(atPath: $0 + "/files/a")
        },
        Change(testDescription: "a link in the place of a file") {
            try FileManager.default.moveItem(atPath: $0 + "/files/a", toPath: $0 + "/a")
            try FileManager.default.createSymbolicLink(
                atPath: $0 + "/files/a", withDestinationPath: "../a")
        },
        Change(testDescription: "a link in the place of a folder") {
            try FileManager.default.moveItem(atPath: $0 + "/files", toPath: $0 + "/other")
            try FileManager.default.createSymbolicLink(
                atPath: $0 + "/files", withDestinationPath: "other")
        },
        Change(testDescription: "a changed list") {
            let path = $0 + "/files.ndjson"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing("octet", with: "nonet").write(
                toFile: path, atomically: false, encoding: .utf8)
        },
        Change(testDescription: "a path out of the folder") {
            try edit($0, #""path":"files/a""#, #""path":"../a""#)
        },
        Change(testDescription: "an absolute path") {
            try edit($0, #""path":"files/a""#, #""path":"/etc/passwd""#)
        },
        Change(testDescription: "a name that leads upwards") {
            try edit($0, #""name":"a""#, #""name":"../a""#)
        },
        Change(testDescription: "a name twice") {
            try edit($0, #""name":"b""#, #""name":"a""#)
        },
        Change(testDescription: "a file less than the manifest says") {
            try edit($0, #""path":"files/a""#, #""path":null"#)
        },
        Change(testDescription: "another size") {
            try edit($0, #""bytes":3"#, #""bytes":9223372036854775807"#)
        },
        Change(testDescription: "a size that cannot be") {
            try edit($0, #""bytes":3"#, #""bytes":-3"#)
        },
        Change(testDescription: "no media") { try edit($0, #""media""#, #""medium""#) },
        Change(testDescription: "a link to nothing") {
            try edit($0, #""sha256""#, #""links":[{"collection":1}],"sha256""#)
        },
        Change(testDescription: "no JSON") { try edit($0, #"{"name":"b""#, #"{"name":"b"""#) },
    ]

    @Test(arguments: changes)
    func whatIsNotAsItWasWrittenIsRefusedAsAWhole(_ change: Change) throws {
        let stage = try FileStage()
        try stage.write("a", [1, 2, 3])
        try stage.write("b", FileStage.text(90_000))
        try stage.add(["a", "b"])
        try Self.fill(stage)
        let place = stage.scratch.path + "/out"
        _ = try stage.vault.exportEverything(to: place)
        try change.change(place)
        let copy = try stage.scratch.vault("copy.coffer")
        #expect(FileStage.code { try Self.take(place, copy) } == .invalid)
        #expect(try copy.collections().isEmpty)
        #expect(try Self.list(copy).isEmpty)
    }

    /// What is changed between the look at it and its reading does not come in.
    @Test func aFileThatChangesMeanwhileDoesNotComeIn() throws {
        let stage = try FileStage()
        try stage.write("a", FileStage.text(90_000))
        try stage.add(["a"])
        let place = stage.scratch.path + "/out"
        _ = try stage.vault.exportEverything(to: place)
        let copy = try stage.scratch.vault("copy.coffer")
        var hasChanged = false
        let code = FileStage.code {
            _ = try copy.importFiles(ImportRequest(paths: [place])) { done, total in
                guard done * 2 >= total, !hasChanged else { return }
                hasChanged = true
                #expect(throws: Never.self) {
                    try Data(FileStage.text(90_001).suffix(90_000)).write(
                        to: URL(filePath: place + "/files/a"))
                }
            }
        }
        #expect(hasChanged)
        #expect(code == .invalid)
        #expect(try Self.list(copy).isEmpty)
    }
}
