import Foundation
import Testing

@testable import Coffer

/// Files go in and come out as they were.
@Suite struct FilesTests {
    private static let sizes = [
        0, 1, 4_095, 4_096, 4_097, 65_535, 65_536, 65_537, 1_048_575, 1_048_577, 5_000_000,
    ]

    @Test(arguments: [0, 1, 3])
    func everyFileComesBackAsItWas(threads: Int) throws {
        let stage = try FileStage()
        var all: [String: [UInt8]] = [:]
        for (number, size) in Self.sizes.enumerated() {
            all["random-\(size)"] = FileStage.bytes(size, seed: UInt64(number) + 5)
            all["text/\(size).txt"] = FileStage.text(size)
        }
        for (name, bytes) in all { try stage.write(name, bytes) }
        let added = try stage.add(all.keys.sorted(), threads: threads)
        #expect(added.map(\.outcome) == [Files.Added.Outcome](repeating: .added, count: all.count))
        let later = try stage.scratch.open()
        for (name, bytes) in all {
            #expect(try stage.read(name, of: later) == bytes, "\(name)")
            #expect(try later.files.info(name).size == UInt64(bytes.count))
        }
        #expect(try later.check(files: 1).isSound)
        let stats = try later.files.stats()
        #expect(stats.files == UInt64(all.count))
        #expect(stats.stored < stats.bytes, "text is compressed")
    }

    @Test func whatIsThereIsStoredOnce() throws {
        let stage = try FileStage()
        let bytes = FileStage.bytes(6_000_000)
        try stage.write("a", bytes)
        try stage.write("copy", bytes)
        var changed = bytes
        changed.insert(contentsOf: [1, 2, 3], at: 3_000_000)
        try stage.write("changed", changed)
        let added = try stage.add(["a", "copy", "changed"])
        #expect(added[1].newChunks == 0 && added[1].stored == 0)
        #expect(added[2].newChunks <= 3 && added[2].sharedChunks >= added[0].newChunks - 3)
        let stats = try stage.vault.files.stats()
        #expect(stats.stored < UInt64(bytes.count) * 5 / 4)
        for name in ["a", "copy"] { #expect(try stage.read(name) == bytes) }
        #expect(try stage.read("changed") == changed)
    }

    @Test func anyRangeIsReadByItself() throws {
        let stage = try FileStage()
        for (name, bytes) in [
            ("random", FileStage.bytes(3_000_000)), ("text", FileStage.text(3_000_000)),
            ("small", FileStage.bytes(100)),
        ] {
            try stage.write(name, bytes)
            try stage.add([name])
            var generator = SystemRandomNumberGenerator()
            for _ in 0..<40 {
                let first = Int.random(in: 0...bytes.count, using: &generator)
                let last = Int.random(
                    in: first...min(bytes.count, first + 200_000), using: &generator)
                let found = try stage.read(name, UInt64(first)..<UInt64(last))
                #expect(found == Array(bytes[first..<last]), "\(name) \(first)..<\(last)")
            }
            let end = UInt64(bytes.count)
            #expect(try stage.read(name, end - 5..<end + 100) == Array(bytes.suffix(5)))
            #expect(try stage.read(name, end..<UInt64.max).isEmpty)
        }
    }

    @Test func aSourceThatLooksTheSameIsNotRead() throws {
        let stage = try FileStage()
        let path = try stage.write("map.png", FileStage.bytes(200_000))
        try stage.add(["map.png"])
        var read = 0
        var added: [Files.Added] = []
        try stage.vault.files.add(
            [NewFile(at: path, as: "map.png")], progress: { if $1 { read += Int($0) } },
            each: { added.append($0) })
        #expect(read == 0 && added.map(\.outcome) == [.unchanged])
        // The same size and the same time, but other bytes.
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        try stage.write("map.png", FileStage.bytes(200_000, seed: 2))
        try FileManager.default.setAttributes(
            [.modificationDate: attributes[.modificationDate] as Any], ofItemAtPath: path)
        #expect(try stage.add(["map.png"]).map(\.outcome) == [.exists])
        #expect(try stage.add(["map.png"], replacing: true).map(\.outcome) == [.replaced])
        #expect(try stage.read("map.png") == FileStage.bytes(200_000, seed: 2))
    }

    @Test func whatWasReplacedOrRemovedComesBack() throws {
        let stage = try FileStage()
        let (first, second) = (FileStage.text(90_000), FileStage.bytes(90_000))
        try stage.write("notes", first)
        try stage.add(["notes"])
        try stage.write("notes", second)
        try stage.add(["notes"], replacing: true)
        _ = try stage.vault.undo()
        #expect(try stage.read("notes") == first)
        try stage.vault.files.remove(["notes"])
        #expect(FileStage.code { _ = try stage.read("notes") } == .noFile)
        #expect(try stage.vault.files.trash().map(\.file.name) == ["notes"])
        try stage.vault.files.restore("notes")
        #expect(try stage.read("notes") == first)
        try stage.vault.files.rename("notes", to: "session/notes.md")
        #expect(try stage.read("session/notes.md") == first)
        #expect(FileStage.code { _ = try stage.read("notes") } == .noFile)
        #expect(try stage.vault.check(files: 1).isSound)
        #expect(try stage.vault.emptyTrash() == 1)
        #expect(try stage.vault.files.trash().isEmpty)
    }

    @Test(arguments: [
        "", "/etc/passwd", "a//b", "a/", "..", "a/../b", "./a", "a\u{0}b", "a\nb",
        String(repeating: "x", count: 256), String(repeating: "d/", count: 2_048) + "x",
    ])
    func noFileHasSuchAName(name: String) throws {
        let stage = try FileStage()
        let path = try stage.write("a", [1])
        var added: [Files.Added] = []
        try stage.vault.files.add(
            [NewFile(at: path, as: name), NewFile(at: path, as: "good")]
        ) { added.append($0) }
        #expect(added.map(\.outcome) == [.failed, .added])
        #expect(added[0].failure?.code == .invalid)
    }

    @Test func twoThatCannotBothComeOutAreNotBothTaken() throws {
        let stage = try FileStage()
        let path = try stage.write("x", [1])
        func outcomes(_ names: [String]) throws -> [Files.Added.Outcome] {
            var added: [Files.Added.Outcome] = []
            try stage.vault.files.add(names.map { NewFile(at: path, as: $0) }) {
                added.append($0.outcome)
            }
            return added
        }
        #expect(try Set(outcomes(["Zoe\u{308}", "Zo\u{EB}"])) == [.added, .failed])
        #expect(try Set(outcomes(["a", "a/b"])) == [.added, .failed])
        #expect(try outcomes(["c/d"]) == [.added])
        #expect(try outcomes(["c"]) == [.failed])
        #expect(try outcomes(["c/d/e"]) == [.failed])
    }

    @Test func bytesComeFromAnywhere() throws {
        let stage = try FileStage()
        let bytes = FileStage.bytes(700_001)
        var offset = 0
        try stage.vault.files.add([
            NewFile(named: "voice/1.ogg") { count in
                defer { offset = min(bytes.count, offset + min(count, 12_345)) }
                return Array(bytes[offset..<min(bytes.count, offset + min(count, 12_345))])
            }
        ]) { #expect($0.outcome == .added) }
        #expect(try stage.read("voice/1.ogg") == bytes)
        #expect(try stage.vault.files.info("voice/1.ogg").source == nil)
    }

    @Test func aFileGoesWithARecord() throws {
        let stage = try FileStage()
        let file = try stage.scratch.write("npcs.ndjson", #"{"id":"zoe","name":"Zoë"}"#)
        _ = try stage.vault.importFiles(ImportRequest(paths: [file])) { _, _ in }
        try stage.write("portrait.png", FileStage.bytes(10))
        var options = Files.AddOptions()
        options.links = ["npcs/zoe"]
        try stage.vault.files.add(
            [NewFile(at: stage.source + "/portrait.png", as: "portrait.png")], options: options
        ) { _ in }
        let id = try stage.vault.get("npcs", "zoe").id
        #expect(try stage.vault.files.info("portrait.png").links == ["npcs/\(id)"])
        options.links = ["npcs/nobody"]
        #expect(
            FileStage.code {
                try stage.vault.files.add([], options: options) { _ in }
            } == .noRecord)
    }
}
