import CofferBundles
import Foundation
import Testing

@testable import Coffer

/// Files go with bundles and with rotations.
@Suite struct FileBundleTests {
    private func stage() throws -> (FileStage, [String: [UInt8]]) {
        let stage = try FileStage()
        let files = [
            "maps/keep.png": FileStage.bytes(1_500_000, seed: 1),
            "rules.txt": FileStage.text(400_000),
            "tiny": [1, 2, 3], "empty": [],
        ]
        for (name, bytes) in files { try stage.write(name, bytes) }
        try stage.add(files.keys.sorted())
        return (stage, files)
    }

    private func restore(_ stage: FileStage, from place: String, to name: String) throws -> Vault {
        let bundles = Bundles(in: stage.scratch.surroundings)
        let path = stage.scratch.path + "/" + name
        _ = try bundles.restore(
            bundles.plan(from: place), to: path, key: .password(Scratch.password()))
        let vault = try Vault(at: path, in: stage.scratch.surroundings)
        try vault.unlock(password: Scratch.password())
        return vault
    }

    @Test func aChainBringsEveryFileBack() throws {
        var (stage, files) = try stage()
        let folder = stage.scratch.path + "/bundles"
        let full = try stage.vault.backUp(to: folder)
        #expect(full.isFull && full.chunks > 0)
        files["maps/keep.png"]?.insert(9, at: 700_000)
        try stage.write("maps/keep.png", files["maps/keep.png"] ?? [])
        try stage.add(["maps/keep.png"], replacing: true)
        try stage.vault.files.remove(["tiny"])
        files["tiny"] = nil
        let next = try stage.vault.backUp(to: folder)
        #expect(!next.isFull && next.chunks > 0 && next.chunks < full.chunks)
        #expect(next.bytes < full.bytes / 2)
        let restored = try restore(stage, from: folder, to: "restored.coffer")
        for (name, bytes) in files {
            #expect(try stage.read(name, of: restored) == bytes, "\(name)")
        }
        #expect(try restored.check(files: 1).isSound)
        // The trash, too.
        try restored.files.restore("tiny")
        #expect(try stage.read("tiny", of: restored) == [1, 2, 3])
        let bundles = Bundles(in: stage.scratch.surroundings)
        for path in [full.path, next.path] {
            let verdict = try bundles.verify(path, key: .password(Scratch.password()))
            #expect(verdict.word == .trusted)
        }
        let plan = try bundles.plan(from: folder)
        let drilled = try bundles.drill(
            plan, in: stage.scratch.path, key: .password(Scratch.password()))
        #expect(drilled.records == 0)
        // A restored vault is backed up like any other.
        let again = try restored.backUp(to: stage.scratch.path + "/again")
        #expect(again.isFull && again.chunks >= full.chunks)
    }

    /// A bundle whose parent is away cannot give what only that had.
    @Test func aFullBundleWithoutItsChunksIsNotRestored() throws {
        let (stage, files) = try stage()
        let safety = try #require(try stage.vault.takeSafetyBundle())
        // It has no chunks, and elsewhere there are none.
        #expect(
            FileStage.code { _ = try restore(stage, from: safety, to: "elsewhere.coffer") }
                == .damaged)
        // Over the vault itself it takes them from there.
        try stage.vault.files.remove(files.keys.sorted())
        stage.vault.lock()
        let bundles = Bundles(in: stage.scratch.surroundings)
        _ = try bundles.restore(
            bundles.plan(from: safety), to: stage.vault.path, key: .password(Scratch.password()),
            isReplacing: true)
        let vault = try stage.scratch.open()
        for (name, bytes) in files { #expect(try stage.read(name, of: vault) == bytes) }
        #expect(try vault.check(files: 1).isSound)
    }

    /// A chunk that only an older version of a file needs must be there as well.
    @Test func whatIsInTheTrashIsLookedForToo() throws {
        let (stage, files) = try stage()
        try stage.vault.files.remove(["maps/keep.png"])
        #expect(try stage.vault.check(files: 1).isSound)
        let pack = try #require(try stage.packs().first)
        let size = try #require(
            try FileManager.default.attributesOfItem(atPath: pack)[.size] as? Int)
        let file = try FileHandle(forUpdating: URL(filePath: pack))
        try file.truncate(atOffset: UInt64(size / 2))
        try file.close()
        let report = try stage.vault.check(files: 1)
        #expect(
            report.findings.contains { $0.place.hasPrefix("maps/keep.png, older version") })
        // What is added again is stored anew, and so the trash is whole as well.
        for (name, bytes) in files where name != "tiny" && name != "empty" {
            try stage.write(name + ".again", bytes)
            try stage.add([name + ".again"])
            #expect(try stage.read(name + ".again") == bytes)
        }
        try stage.vault.files.restore("maps/keep.png")
        #expect(try stage.read("maps/keep.png") == files["maps/keep.png"])
    }

    @Test(arguments: ["root", "data", "index", "chunks", "signing", "all"])
    func aRotationLeavesFilesAsTheyAre(kind: String) throws {
        let (stage, files) = try stage()
        let vault = stage.vault
        switch kind {
        case "root": _ = try vault.rotateRoot()
        case "data": _ = try vault.rotateKeys(.data)
        case "index": _ = try vault.rotateKeys(.index)
        case "chunks": _ = try vault.rotateKeys(.chunks)
        case "signing": _ = try vault.rotateSigning()
        default:
            _ = try vault.rotateAll(
                to: Scratch.password("another"), hasRecoveryKey: false,
                options: {
                    var cheap = Vault.SlotOptions(); cheap.memory = 64; cheap.passes = 1;
                    return cheap
                }())
            _ = try vault.rotateKeys(.all)
        }
        for (name, bytes) in files { #expect(try stage.read(name) == bytes, "\(name)") }
        #expect(try vault.check(files: 1).isSound)
        try stage.write("later", [4, 5])
        #expect(try stage.add(["later"]).map(\.outcome) == [.added])
    }
}
