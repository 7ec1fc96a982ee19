import CofferDisk
import Foundation
import Glibc
import Testing

@testable import Coffer

/// Where everything is written to, and folders that are not as they were written.
@Suite struct EverythingFolderTests {
    private static func full(_ scratch: Scratch) throws -> Vault {
        let vault = try scratch.vault()
        let files = try [
            scratch.write("in/a.ndjson", "{\"id\":1}\n{\"id\":2}\n"),
            scratch.write("in/b.ndjson", "{\"n\":1}\n{\"n\":2}\n"),
        ]
        _ = try vault.importFiles(ImportRequest(paths: files)) { _, _ in }
        return vault
    }

    private static func code(_ body: () throws -> Void) -> VaultError.Code? {
        do { try body() } catch { return (error as? VaultError)?.code }
        return nil
    }

    @Test func aPlaceThatIsTakenIsLeftAsItIs() throws {
        let scratch = try Scratch()
        let vault = try Self.full(scratch)
        let place = scratch.path + "/place"
        try FileManager.default.createDirectory(
            atPath: place + "/empty", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
        _ = try scratch.write("place/taken/file", "mine")
        _ = try scratch.write("place/file", "mine")
        #expect(unsafe symlink("empty", place + "/link") == 0)
        for name in ["taken", "taken/", "file", "link"] {
            let code = Self.code { _ = try vault.exportEverything(to: place + "/" + name) }
            #expect(code == .exists, "\(name)")
        }
        for path in [".", "..", place + "/..", "/"] {
            #expect(Self.code { _ = try vault.exportEverything(to: path) } == .usage, "\(path)")
        }
        let nowhere = Self.code { _ = try vault.exportEverything(to: place + "/no/where") }
        #expect(nowhere == .noFile)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place).sorted()
                == ["empty", "file", "link", "taken"])
        #expect(try String(contentsOfFile: place + "/taken/file", encoding: .utf8) == "mine")
        // An empty folder is as good as none, and is private afterwards.
        let before = umask(0)
        defer { umask(before) }
        _ = try vault.exportEverything(to: place + "/empty/")
        var modes: Set<Int> = []
        var files = 0
        for name in [""]
            + (FileManager.default.enumerator(atPath: place + "/empty")?.allObjects
                as? [String] ?? [])
        {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: place + "/empty/" + name)
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
            let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
            if !isFolder { files += 1 }
            modes.insert(isFolder ? mode << 12 : mode)
        }
        #expect(files == 7)
        #expect(modes == [0o700 << 12, 0o600])
    }

    @Test func aFailureLeavesNothing() throws {
        let scratch = try Scratch()
        let vault = try Self.full(scratch)
        let place = scratch.path + "/place"
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true)
        var told: [String] = []
        let code = Self.code {
            _ = try vault.exportEverything(
                to: place + "/out",
                unfinished: {
                    told = $0
                    // Something takes the name meanwhile.
                    #expect(throws: Never.self) {
                        try Data([1]).write(to: URL(filePath: place + "/out"))
                    }
                })
        }
        #expect(code == .exists)
        #expect(told.count == 2 * 3 + 3 + 1 + 2)
        #expect(told.allSatisfy { $0.hasPrefix(place + "/.coffer-unfinished-") })
        #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["out"])
    }

    /// One way in which a folder is not what was written.
    struct Change: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var code: VaultError.Code = .invalid
        /// What is put in the place of what in the manifest.
        var manifest: (String, String)?
        var change: @Sendable (String) throws -> Void = { _ in }
    }

    private static func edit(_ path: String, _ change: (inout String) -> Void) throws {
        var text = try String(contentsOfFile: path, encoding: .utf8)
        let before = text
        change(&text)
        #expect(text != before)
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    static let changes = [
        Change(testDescription: "a changed digit") { folder in
            try edit(folder + "/records/b.ndjson") { $0 = $0.replacing("1", with: "7") }
        },
        Change(testDescription: "a changed time") { folder in
            try edit(folder + "/about/b.ndjson") { $0 = $0.replacing("20", with: "19") }
        },
        Change(testDescription: "a changed schema") { folder in
            try edit(folder + "/schemas/b.schema.json") { $0 += " " }
        },
        Change(testDescription: "a line less") { folder in
            try edit(folder + "/records/a.ndjson") { $0.removeFirst(9) }
        },
        Change(testDescription: "a line more") { folder in
            try edit(folder + "/records/a.ndjson") { $0 += "{\"id\":3}\n" }
        },
        Change(testDescription: "a missing file") { folder in
            try FileManager.default.removeItem(atPath: folder + "/records/a.ndjson")
        },
        Change(testDescription: "a missing folder") { folder in
            try FileManager.default.removeItem(atPath: folder + "/schemas")
        },
        Change(testDescription: "a link to the same file") { folder in
            let path = folder + "/records/a.ndjson"
            try FileManager.default.moveItem(atPath: path, toPath: folder + "/a")
            #expect(unsafe symlink("../a", path) == 0)
        },
        Change(testDescription: "a link to the same folder") { folder in
            try FileManager.default.moveItem(
                atPath: folder + "/records", toPath: folder + "/moved")
            #expect(unsafe symlink("moved", folder + "/records") == 0)
        },
        Change(testDescription: "a pipe") { folder in
            try FileManager.default.removeItem(atPath: folder + "/about/a.ndjson")
            #expect(unsafe mkfifo(folder + "/about/a.ndjson", 0o600) == 0)
        },
        Change(
            testDescription: "a path above",
            manifest: ("records/a.ndjson", "../out/records/a.ndjson")),
        Change(
            testDescription: "a path through the folder above",
            manifest: ("records/a.ndjson", "records/../records/a.ndjson")),
        Change(testDescription: "an absolute path", manifest: ("records/a.ndjson", "/etc/passwd")),
        Change(testDescription: "an empty path", manifest: ("records/a.ndjson", "")),
        Change(
            testDescription: "a path with a NUL",
            manifest: ("records/a.ndjson", #"records/a.ndjson\u0000"#)),
        Change(
            testDescription: "one file for two collections",
            manifest: ("records/b.ndjson", "records/a.ndjson")),
        Change(
            testDescription: "a collection twice", manifest: (#""name":"b""#, #""name":"a""#)),
        Change(
            testDescription: "a name that is none", manifest: (#""name":"b""#, #""name":"../b""#)),
        Change(
            testDescription: "a key that is no field", manifest: (#""key":"id""#, #""key":"no""#)),
        Change(
            testDescription: "another number of records",
            manifest: (#""records":2,"#, #""records":3,"#)),
        Change(
            testDescription: "a number of records below none",
            manifest: (#""records":2,"#, #""records":-2,"#)),
        Change(
            testDescription: "a size beyond all numbers",
            manifest: (#""bytes":18"#, #""bytes":9223372036854775808"#)),
        Change(
            testDescription: "a newer format", code: .newerFormat,
            manifest: (#""format":1"#, #""format":3"#)),
        Change(testDescription: "no format", manifest: (#""format":1"#, #""format":0"#)),
        Change(
            testDescription: "the manifest of something else",
            manifest: (#"{"coffer":"export""#, #"{"name":"export""#)),
        Change(testDescription: "half a manifest") { folder in
            try edit(folder + "/coffer-export.json") { $0 = String($0.prefix($0.count / 2)) }
        },
        Change(testDescription: "a manifest that is a link") { folder in
            let path = folder + "/coffer-export.json"
            try FileManager.default.moveItem(atPath: path, toPath: folder + "/m")
            #expect(unsafe symlink("m", path) == 0)
        },
    ]

    @Test(arguments: changes)
    func whatIsNotAsItWasWrittenIsRefused(_ change: Change) throws {
        let scratch = try Scratch()
        let vault = try Self.full(scratch)
        let folder = scratch.path + "/out"
        _ = try vault.exportEverything(to: folder)
        if let (old, new) = change.manifest {
            try Self.edit(folder + "/coffer-export.json") { text in
                guard let place = text.range(of: old) else { return }
                text.replaceSubrange(place, with: new)
            }
        }
        try change.change(folder)
        let before = try WholeVault.files(scratch.path + "/in")
        let copy = try scratch.vault("copy.coffer")
        let code = Self.code {
            _ = try copy.importFiles(ImportRequest(paths: [folder])) { _, _ in }
        }
        let expected: VaultError.Code =
            change.testDescription == "a manifest that is a link" ? .storage : change.code
        #expect(code == expected)
        #expect(try copy.collections().isEmpty)
        #expect(try WholeVault.files(scratch.path + "/in") == before)
    }

    /// Lines of `about` that are false, under a manifest that says they are as they should be.
    static let lines = [
        "{}\n", "", "nonsense\n{}\n", "[]\n{}\n", #"{"id":"x"}"# + "\n{}\n",
        #"{"created":"yesterday"}"# + "\n{}\n", #"{"created":5}"# + "\n{}\n",
        #"{"bytes":["n"]}"# + "\n{}\n", #"{"bytes":[1]}"# + "\n{}\n",
        #"{"id":"00000000-0000-4000-8000-000000000001"}"# + "\n"
            + #"{"id":"00000000-0000-4000-8000-000000000001"}"# + "\n",
    ]

    @Test(arguments: lines)
    func whatCannotBeKnownOfARecordIsRefused(_ about: String) throws {
        let scratch = try Scratch()
        let vault = try Self.full(scratch)
        let folder = scratch.path + "/out"
        _ = try vault.exportEverything(to: folder)
        try Self.rewrite(folder, "about/b.ndjson", about)
        let copy = try scratch.vault("copy.coffer")
        let code = Self.code {
            _ = try copy.importFiles(ImportRequest(paths: [folder])) { _, _ in }
        }
        #expect(code == .invalid)
        #expect(try copy.collections().isEmpty)
        // Nothing known is no lie: the records are then as any others.
        try Self.rewrite(folder, "about/b.ndjson", "{\"later\":[]}\n{}")
        let report = try copy.importFiles(ImportRequest(paths: [folder])) { _, _ in }
        #expect(report.collections.map(\.counts.created) == [2, 2])
    }

    /// Writes a file anew, and its size and hash into the manifest.
    private static func rewrite(_ folder: String, _ path: String, _ text: String) throws {
        let manifest = folder + "/coffer-export.json"
        var parsed = try FolderManifest(
            parsing: [UInt8](try Data(contentsOf: URL(filePath: manifest))))
        let place = folder + "/" + path
        try FileManager.default.removeItem(atPath: place)
        let file = HashedFile(try LocalFileSystem().open(place, .create), at: path)
        try file.write(Array(text.utf8))
        parsed.collections[1].about = try file.finish()
        try Data(parsed.text).write(to: URL(filePath: manifest))
    }

    @Test func aFolderIsImportedByItself() throws {
        let scratch = try Scratch()
        let vault = try Self.full(scratch)
        let folder = scratch.path + "/out"
        _ = try vault.exportEverything(to: folder)
        var requests = [
            ImportRequest(paths: [folder, scratch.path + "/in/a.ndjson"]),
            ImportRequest(paths: [folder, folder]),
        ]
        var request = ImportRequest(paths: [folder])
        request.into = "all"
        requests.append(request)
        request.into = nil
        request.idField = "id"
        requests.append(request)
        for request in requests {
            #expect(Self.code { _ = try vault.importFiles(request) { _, _ in } } == .usage)
        }
        // A folder with a manifest of anybody else is what it was.
        _ = try scratch.write("other/manifest.json", "{\"id\":1}")
        let report = try vault.importFiles(ImportRequest(paths: [scratch.path + "/other"])) {
            _, _ in
        }
        #expect(report.collections.map(\.name) == ["manifest"])
    }
}
