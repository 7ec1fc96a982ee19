import CofferBundles
import Foundation
import Testing

@testable import Coffer

/// Single files out of bundles, into a vault that has lost them.
@Suite struct FileFetchTests {
    private final class Scene {
        let stage: FileStage
        let bundles: String
        let old = FileStage.bytes(700_000)
        let new: [UInt8]

        /// A full bundle, and one with another version of the first file.
        init() throws {
            stage = try FileStage()
            bundles = stage.scratch.path + "/bundles"
            new = old + FileStage.text(200_000)
            for (name, bytes) in [
                ("maps/a.png", old), ("maps/b.txt", FileStage.text(9_000)), ("tiny", [7]),
                ("empty", []),
            ] { try stage.write(name, bytes) }
            try stage.add(["maps/a.png", "maps/b.txt", "tiny", "empty"])
            _ = try stage.vault.backUp(to: bundles)
            try stage.write("maps/a.png", new)
            try stage.add(["maps/a.png"], replacing: true)
            _ = try stage.vault.backUp(to: bundles)
        }

        func fetch(
            _ name: String, from place: String? = nil, rule: Vault.FetchRule = .update,
            isTried: Bool = false
        ) throws -> [UInt64] {
            let plan = try Bundles(in: stage.scratch.surroundings).plan(from: place ?? bundles)
            let told = try stage.vault.fetchFiles(name, from: plan, rule: rule, isTried: isTried)
            return [told.created, told.updated, told.unchanged, told.skipped]
        }

        var names: [String] {
            get throws {
                var names: [String] = []
                try stage.vault.files.list {
                    names.append($0.name)
                    return true
                }
                return names.sorted()
            }
        }

        var full: String {
            get throws {
                let list = try Bundles(in: stage.scratch.surroundings).list(bundles)
                return try #require(list.first { $0.facts?.isFull == true }).path
            }
        }
    }

    @Test func aFileOrAFolderComesBack() throws {
        let scene = try Scene()
        let vault = scene.stage.vault
        let before = try vault.files.info("maps/a.png")
        try vault.files.remove(["maps/a.png", "maps/b.txt", "empty"])
        #expect(try scene.fetch("maps/a.png", isTried: true) == [1, 0, 0, 0])
        #expect(try scene.names == ["tiny"])
        #expect(try scene.fetch("maps/a.png") == [1, 0, 0, 0])
        let after = try vault.files.info("maps/a.png")
        #expect(after.sha256 == before.sha256 && after.modified == before.modified)
        #expect(after.source == before.source && after.media == before.media)
        #expect(try scene.stage.read("maps/a.png") == scene.new)
        #expect(try scene.fetch("maps/") == [1, 0, 1, 0])
        #expect(try scene.fetch("empty") == [1, 0, 0, 0])
        #expect(try scene.names == ["empty", "maps/a.png", "maps/b.txt", "tiny"])
        #expect(try vault.check(files: 1).isSound)
        for name in ["nothing", "map", "maps/a.pn"] {
            #expect(FileStage.code { _ = try scene.fetch(name) } == .noFile)
        }
        for name in ["", "../maps", "maps//a.png"] {
            #expect(FileStage.code { _ = try scene.fetch(name) } == .invalid)
        }
        // What was fetched can be taken back.
        _ = try vault.undo()
        #expect(try !scene.names.contains("empty"))
    }

    @Test func whatIsThereIsTreatedAsAsked() throws {
        let scene = try Scene()
        let vault = scene.stage.vault
        let full = try scene.full
        #expect(try scene.fetch("maps/a.png", from: full, rule: .skip) == [0, 0, 0, 1])
        #expect(try scene.stage.read("maps/a.png") == scene.new)
        #expect(try scene.fetch("maps/a.png", from: full, rule: .copy) == [1, 0, 0, 0])
        #expect(try scene.stage.read("maps/a (2).png") == scene.old)
        #expect(try scene.stage.read("maps/a.png") == scene.new)
        #expect(try scene.fetch("tiny", from: full, rule: .copy) == [0, 0, 1, 0])
        #expect(try scene.fetch("maps/a.png", from: full) == [0, 1, 0, 0])
        #expect(try scene.stage.read("maps/a.png") == scene.old)
        #expect(try scene.fetch("maps/a.png") == [0, 1, 0, 0])
        #expect(try scene.stage.read("maps/a.png") == scene.new)
        // A name that is a folder now, or lies below a file, is nobody's.
        try vault.files.remove(["tiny", "maps/a.png", "maps/b.txt", "maps/a (2).png"])
        for name in ["tiny/x", "maps"] {
            let path = try scene.stage.write("x", [1])
            try vault.files.add([NewFile(at: path, as: name)]) { _ in }
        }
        #expect(FileStage.code { _ = try scene.fetch("tiny") } == .exists)
        #expect(FileStage.code { _ = try scene.fetch("maps/b.txt") } == .exists)
        #expect(try vault.check(files: 1).isSound)
    }

    /// The bytes are gone from the vault, by damage or because nobody needed them.
    @Test(arguments: ["flipped", "truncated", "removed", "swept"])
    func whatTheVaultHasLostIsWholeAgain(_ way: String) throws {
        let scene = try Scene()
        let vault = scene.stage.vault
        let pack = try #require(try scene.stage.packs().first)
        let bytes = try Data(contentsOf: URL(filePath: pack))
        switch way {
        case "flipped":
            var changed = bytes
            // The first batch ends with the first chunks of the file, its zeros come before.
            for place in stride(from: 90_000, to: bytes.count, by: 4_099) { changed[place] ^= 1 }
            try changed.write(to: URL(filePath: pack))
        case "truncated": try bytes.prefix(100_000).write(to: URL(filePath: pack))
        case "removed": try FileManager.default.removeItem(atPath: pack)
        default:
            try vault.files.remove(["maps/a.png"])
            let policy = try vault.historyPolicy()
            try vault.set(Vault.HistoryPolicy(days: 0, versions: 0))
            try vault.set(policy)
            for _ in 0..<2 { _ = try vault.files.sweep() }
        }
        #expect(
            way == "swept" || FileStage.code { _ = try scene.stage.read("maps/a.png") } == .damaged)
        let outcome = try scene.fetch("maps/a.png")
        #expect(outcome == (way == "swept" ? [1, 0, 0, 0] : [0, 0, 1, 0]))
        #expect(try scene.stage.read("maps/a.png") == scene.new)
        if way == "swept" { #expect(try vault.check(files: 1).isSound) }
        // What a next bundle holds can be restored.
        let again = scene.stage.scratch.path + "/again"
        if way == "swept" { _ = try vault.backUp(to: again) }
    }

    @Test func bundlesWithoutTheBytesSaySo() throws {
        let scene = try Scene()
        let safety = try #require(try scene.stage.vault.takeSafetyBundle())
        try scene.stage.vault.files.remove(["maps/a.png"])
        // The vault has the bytes itself.
        #expect(try scene.fetch("maps/a.png", from: safety) == [1, 0, 0, 0])
        #expect(try scene.stage.read("maps/a.png") == scene.new)
        let pack = try #require(try scene.stage.packs().first)
        try FileManager.default.removeItem(atPath: pack)
        #expect(FileStage.code { _ = try scene.fetch("maps/a.png", from: safety) } == .damaged)
        #expect(try scene.fetch("maps/a.png") == [0, 0, 1, 0])
        #expect(try scene.stage.read("maps/a.png") == scene.new)
    }

    /// Others add files while one is fetched, and both are there.
    @Test func aCancelledFetchLeavesTheVaultAsItWas() throws {
        let scene = try Scene()
        try scene.stage.vault.files.remove(["maps/a.png", "maps/b.txt"])
        let plan = try Bundles(in: scene.stage.scratch.surroundings).plan(from: scene.full)
        let before = try scene.stage.vault.files.stats()
        var heard = 0
        let code = FileStage.code {
            _ = try scene.stage.vault.fetchFiles("maps", from: plan) { _, _ in
                heard += 1
                return false
            }
        }
        if heard > 0 { #expect(code == .cancelled) }
        let after = try scene.stage.vault.files.stats()
        if code == .cancelled {
            #expect((after.files, after.stored) == (before.files, before.stored))
        }
        #expect(try scene.stage.vault.check(files: 1).isSound)
    }
}
