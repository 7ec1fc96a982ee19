import CofferSQLite
import Foundation
import Testing

@testable import Coffer

/// A changed byte of a pack or a row is found, named with the file that it touches, and costs no
/// other.
@Suite struct FileDamageTests {
    private static let good = FileStage.bytes(300_000, seed: 3)

    private func stage() throws -> FileStage {
        let stage = try FileStage()
        try stage.write("good", Self.good)
        try stage.write("victim", FileStage.bytes(900_000, seed: 4))
        try stage.add(["good"])
        try stage.add(["victim"])
        stage.vault.lock()
        return stage
    }

    private func flip(_ path: String, at offset: Int) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: UInt64(offset))
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: [byte ^ 0x40])
        try file.close()
    }

    @Test func aFlippedByteAnywhereInAPackIsNamed() throws {
        let stage = try stage()
        let pack = try #require(try stage.packs().first)
        let size = try #require(
            try FileManager.default.attributesOfItem(atPath: pack)[.size] as? Int)
        let vault = try stage.scratch.open()
        var (refused, named) = (0, 0)
        let places = stride(from: 0, to: size, by: 27_001) + [size - 1, 83, 84, 100]
        for place in places {
            try flip(pack, at: place)
            let report = try vault.check(files: 1)
            #expect(!report.isSound, "byte \(place)")
            #expect(report.findings.contains { $0.code == "pack-damaged" })
            var broken = 0
            for name in ["good", "victim"] {
                let code = FileStage.code { _ = try stage.read(name, of: vault) }
                #expect(code == nil || code == .damaged)
                guard code != nil else { continue }
                broken += 1
                named += report.findings.contains { $0.place.hasPrefix(name + ":") } ? 1 : 0
            }
            #expect(broken <= 1, "byte \(place) costs more than one file")
            refused += broken
            try flip(pack, at: place)
        }
        #expect(refused > 20 && named == refused)
        #expect(try vault.check(files: 1).isSound)
        #expect(try stage.read("good", of: vault) == Self.good)
    }

    @Test(arguments: ["gone", "short", "swapped", "directory"])
    func aPackThatIsNotThereIsNamed(what: String) throws {
        let stage = try stage()
        let pack = try #require(try stage.packs().first)
        switch what {
        case "gone": try FileManager.default.removeItem(atPath: pack)
        case "short": try FileHandle(forUpdating: URL(filePath: pack)).truncate(atOffset: 100_000)
        case "swapped":
            let other = try FileStage()
            try other.write("x", FileStage.bytes(2_000_000, seed: 9))
            try other.add(["x"])
            try FileManager.default.removeItem(atPath: pack)
            try FileManager.default.copyItem(atPath: other.packs()[0], toPath: pack)
        default:
            try FileManager.default.removeItem(atPath: pack)
            try FileManager.default.createDirectory(
                atPath: pack, withIntermediateDirectories: false)
        }
        let vault = try stage.scratch.open()
        let report = try vault.check(files: 1)
        #expect(report.findings.contains { $0.code.hasPrefix("pack-") })
        #expect(report.findings.contains { $0.place.hasPrefix("victim:") })
        #expect(FileStage.code { _ = try stage.read("victim", of: vault) } == .damaged)
        if what != "swapped" { #expect(try !vault.check().isSound) }
        // And a file that is added meanwhile is safe.
        try stage.write("new", Self.good + [1])
        var added: [Files.Added] = []
        try vault.files.add([NewFile(at: stage.source + "/new", as: "new")]) { added.append($0) }
        #expect(added.first?.outcome == .added)
    }

    @Test(arguments: [
        "UPDATE chunk SET seal = (SELECT seal FROM chunk ORDER BY name LIMIT 1)",
        "DELETE FROM chunk WHERE name = (SELECT name FROM chunk ORDER BY name LIMIT 1)",
        "UPDATE chunk SET seal = zeroblob(length(seal))", "DELETE FROM pack",
        "UPDATE pack SET seal = zeroblob(length(seal))", "UPDATE pack SET num = num + 1",
    ])
    func aChangedRowIsFoundWithoutReadingFiles(statement: String) throws {
        let stage = try stage()
        do {
            let file = try Connection(path: stage.vault.path + "/vault.sqlite", mode: .readWrite)
            try file.execute(statement)
        }
        let vault = try stage.scratch.open()
        let report = try vault.check()
        #expect(!report.isSound)
        #expect(
            report.findings.contains {
                $0.code.hasPrefix("chunk-") || $0.code.hasPrefix("pack-")
            })
        let codes = ["good", "victim"].map { name in
            FileStage.code { _ = try stage.read(name, of: vault) }
        }
        #expect(codes.contains(.damaged) && codes.allSatisfy { $0 == nil || $0 == .damaged })
    }

    /// What an interrupted program has left behind the end of a pack is cut off.
    @Test func whatWasLeftBehindAPackDoesNotMatter() throws {
        let stage = try stage()
        let pack = try #require(try stage.packs().first)
        let file = try FileHandle(forUpdating: URL(filePath: pack))
        try file.seekToEnd()
        try file.write(contentsOf: [UInt8](repeating: 7, count: 100_001))
        try file.close()
        let vault = try stage.scratch.open()
        #expect(try vault.check(files: 1).isSound)
        try stage.write("more", FileStage.bytes(400_000, seed: 12))
        try vault.files.add([NewFile(at: stage.source + "/more", as: "more")]) { _ in }
        for (name, seed, count) in [("good", 3, 300_000), ("more", 12, 400_000)] {
            #expect(
                try stage.read(name, of: vault) == FileStage.bytes(count, seed: UInt64(seed)))
        }
        #expect(try vault.check(files: 1).isSound)
    }
}
