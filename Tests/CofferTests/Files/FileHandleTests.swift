import Foundation
import Testing

@testable import Coffer

/// Files that are opened once and read many times, and as they are asked for.
@Suite struct FileHandleTests {
    private struct Scene {
        let stage: FileStage
        let files: [String: [UInt8]]

        init() throws {
            stage = try FileStage()
            files = [
                "random": FileStage.bytes(2_300_000), "text": FileStage.text(900_000),
                "tiny": [1, 2, 3], "empty": [],
            ]
            for (name, bytes) in files { try stage.write(name, bytes) }
            try stage.add(files.keys.sorted())
        }

        /// Nothing of what is not in `kept` is needed any more, and its room is given back.
        func forget() throws {
            let policy = try stage.vault.historyPolicy()
            try stage.vault.set(Vault.HistoryPolicy(days: 0, versions: 0))
            try stage.vault.set(policy)
            for _ in 0..<3 { _ = try stage.vault.files.sweep() }
        }
    }

    private func slice(_ bytes: [UInt8], _ range: Range<UInt64>) -> [UInt8] {
        let inside = range.clamped(to: 0..<UInt64(bytes.count))
        return Array(bytes[Int(inside.lowerBound)..<Int(inside.upperBound)])
    }

    @Test func everyRangeGivesItsBytes() throws {
        let scene = try Scene()
        var dice = CodingDice(seed: 4)
        var ranges = 0
        for (name, bytes) in scene.files {
            let handle = try scene.stage.vault.files.open(name)
            #expect(handle.file.size == UInt64(bytes.count))
            for _ in 0..<60 {
                let start = dice.next() % UInt64(bytes.count + 2)
                let range = start..<start + dice.next() % 300_000
                #expect(try handle.read(range) == slice(bytes, range))
                ranges += 1
            }
            for range: Range<UInt64> in [0..<0, 0..<UInt64.max, UInt64.max - 1..<UInt64.max] {
                #expect(try handle.read(range) == slice(bytes, range))
            }
        }
        #expect(ranges == 240)
        #expect(FileStage.code { _ = try scene.stage.vault.files.open("none") } == .noFile)
        #expect(FileStage.code { _ = try scene.stage.vault.files.open("a//b") } == .invalid)
    }

    @Test func bytesComeInPiecesAndAreWhole() async throws {
        let scene = try Scene()
        for (name, bytes) in scene.files {
            var got: [UInt8] = []
            for try await piece in scene.stage.vault.files.bytes(name) {
                #expect(!piece.isEmpty && piece.count <= 1 << 20)
                got += piece
            }
            #expect(got == bytes, "\(name)")
            let handle = try scene.stage.vault.files.open(name)
            for range: Range<UInt64> in [
                0..<2, 1..<70_000, 65_000..<900_000, 5..<5, 9..<UInt64.max,
            ] {
                got = []
                for try await piece in handle.bytes(in: range) { got += piece }
                #expect(got == slice(bytes, range), "\(name) \(range)")
            }
        }
        await #expect(throws: VaultError.self) {
            for try await _ in scene.stage.vault.files.bytes("none") {}
        }
    }

    @Test func aCancelledTaskGetsAnErrorAndNotAnEnd() async throws {
        let scene = try Scene()
        let bytes = scene.stage.vault.files.bytes("random")
        let task = Task { () -> (count: Int, code: VaultError.Code?) in
            var count = 0
            do {
                for try await piece in bytes {
                    count += piece.count
                    unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                }
            } catch { return (count, (error as? VaultError)?.code) }
            return (count, nil)
        }
        let outcome = await task.value
        #expect(outcome.code == .cancelled)
        #expect(outcome.count > 0 && outcome.count <= 1 << 20)
    }

    @Test func severalTasksReadOneHandle() async throws {
        let scene = try Scene()
        let handle = try scene.stage.vault.files.open("random")
        let bytes = scene.files["random"] ?? []
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<4 {
                group.addTask {
                    var dice = CodingDice(seed: UInt64(number + 1))
                    for _ in 0..<25 {
                        let start = Int(dice.next() % 2_200_000)
                        let end = min(bytes.count, start + 65_536)
                        guard
                            try handle.read(UInt64(start)..<UInt64(end))
                                == Array(bytes[start..<end])
                        else { return false }
                    }
                    return true
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test func whatWasOpenedIsReadWhateverBecomesOfTheName() async throws {
        let scene = try Scene()
        let vault = scene.stage.vault
        let (bytes, text) = (scene.files["random"] ?? [], scene.files["text"] ?? [])
        let handle = try vault.files.open("random")
        let other = try vault.files.open("text")
        #expect(try handle.read(0..<100) == slice(bytes, 0..<100))
        try vault.files.rename("random", to: "elsewhere")
        #expect(try handle.read(1_000_000..<1_070_000) == slice(bytes, 1_000_000..<1_070_000))
        try vault.files.remove(["elsewhere"])
        #expect(try handle.read(2_000_000..<2_070_000) == slice(bytes, 2_000_000..<2_070_000))
        try scene.stage.write("text", [9])
        try scene.stage.add(["text"], replacing: true)
        #expect(try other.read(500..<90_000) == slice(text, 500..<90_000))
        // In the middle of a reading, too.
        var got: [UInt8] = []
        var isFirst = true
        for try await piece in handle.bytes() {
            got += piece
            if isFirst { try vault.files.restore("random") }
            isFirst = false
        }
        #expect(got == bytes)
        try vault.files.remove(["random"])
        // Until its room is given back.
        try scene.forget()
        #expect(FileStage.code { _ = try handle.read(0..<100) } == .noFile)
        #expect(FileStage.code { _ = try other.read(0..<100) } == .noFile)
        await #expect(throws: VaultError.self) { for try await _ in handle.bytes() {} }
        #expect(try vault.files.open("tiny").read(0..<3) == [1, 2, 3])
    }

    /// Packs that are copied forward, and others with their numbers, change nothing for a handle.
    @Test func aSweepMovesNothingAwayFromAHandle() throws {
        let scene = try Scene()
        let vault = scene.stage.vault
        let other = try scene.stage.scratch.open()
        let handle = try vault.files.open("text")
        let text = scene.files["text"] ?? []
        #expect(try handle.read(0..<900_000) == text)
        for number in 0..<4 {
            try other.files.remove([number == 0 ? "random" : "more\(number - 1)"])
            try other.set(Vault.HistoryPolicy(days: 0, versions: 0))
            for _ in 0..<3 { _ = try other.files.sweep() }
            let path = try scene.stage.write(
                "more", FileStage.bytes(800_000, seed: UInt64(number + 20)))
            try other.files.add([NewFile(at: path, as: "more\(number)")]) { _ in }
            #expect(try handle.read(0..<900_000) == text)
        }
    }

    /// The chunks are swept and come back, in a pack that has the number of the one before.
    @Test func whatWasSweptAndAddedAgainIsFoundInItsNewPlace() throws {
        let scene = try Scene()
        let vault = scene.stage.vault
        let bytes = scene.files["random"] ?? []
        try vault.set(Vault.HistoryPolicy(days: 0, versions: 0))
        let other = try scene.stage.scratch.open()
        let handle = try vault.files.open("random")
        let pack = try scene.stage.packs()
        #expect(try handle.read(0..<2_300_000) == bytes)
        try other.files.remove(["random", "text"])
        for _ in 0..<3 { _ = try other.files.sweep() }
        #expect(try scene.stage.packs() == [])
        for (name, content) in [("first", FileStage.bytes(300_000, seed: 77)), ("again", bytes)] {
            let path = try scene.stage.write(name, content)
            try other.files.add([NewFile(at: path, as: name)]) { #expect($0.outcome == .added) }
        }
        #expect(try scene.stage.packs().count == 1 && scene.stage.packs() != pack)
        #expect(try handle.read(0..<2_300_000) == bytes)
    }

    @Test func aLockedVaultKeepsNoKeysForAHandle() throws {
        let scene = try Scene()
        let vault = scene.stage.vault
        let handle = try vault.files.open("tiny")
        #expect(try handle.read(0..<3) == [1, 2, 3])
        vault.lock()
        #expect(FileStage.code { _ = try handle.read(0..<3) } == .locked)
        try vault.unlock(password: Scratch.password())
        #expect(try handle.read(1..<3) == [2, 3])
        // Inside a call of the vault there is no other call.
        try vault.files.list { _ in
            #expect(FileStage.code { _ = try handle.read(0..<3) } == .usage)
            return false
        }
    }

    @Test func aFlippedByteIsFoundInTheRangeThatHoldsIt() throws {
        let scene = try Scene()
        let handle = try scene.stage.vault.files.open("random")
        let pack = try #require(try scene.stage.packs().first)
        var bytes = try Data(contentsOf: URL(filePath: pack))
        for place in stride(from: 100_000, to: bytes.count, by: 3_001) { bytes[place] ^= 1 }
        try bytes.write(to: URL(filePath: pack))
        #expect(FileStage.code { _ = try handle.read(0..<2_300_000) } == .damaged)
        try FileManager.default.removeItem(atPath: pack)
        let again = try scene.stage.vault.files.open("random")
        #expect(FileStage.code { _ = try again.read(0..<2_300_000) } == .damaged)
    }

    @Test func whatAFileTakesIsTold() throws {
        let scene = try Scene()
        let vault = scene.stage.vault
        var stored: [String: UInt64] = [:]
        try vault.files.list(isMeasuring: true) {
            stored[$0.name] = $0.stored
            return true
        }
        #expect(stored["empty"] == 0 && stored["tiny"] == 3)
        let random = try #require(stored["random"])
        #expect(random > 2_300_000 && random < 2_310_000)
        #expect(try #require(stored["text"]) < 450_000)
        for (name, size) in stored { #expect(try vault.files.info(name).stored == size) }
        try vault.files.list {
            #expect($0.stored == nil)
            return true
        }
        // The same bytes under another name take as much, and nothing more is stored.
        try scene.stage.write("twin", scene.files["random"] ?? [])
        let before = try vault.files.stats().stored
        try scene.stage.add(["twin"])
        #expect(try vault.files.info("twin").stored == random)
        #expect(try vault.files.stats().stored == before)
    }
}
