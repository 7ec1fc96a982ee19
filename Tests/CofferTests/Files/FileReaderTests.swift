import Foundation
import Testing

@testable import Coffer

/// The independent reader takes the same files out of vaults and of chains of bundles.
@Suite(.enabled(if: IndependentReader.python != nil)) struct FileReaderTests {
    private func expect(_ folder: String, holds files: [String: [UInt8]]) throws {
        for (name, bytes) in files {
            let found = try Data(contentsOf: URL(filePath: folder + "/" + name))
            #expect(found == Data(bytes), "\(name)")
        }
    }

    @Test func theReaderTakesOutWhatWasPutIn() throws {
        let scratch = try Scratch()
        var options = Scratch.options
        // The reader takes no cheaper ones.
        options.memory = 65_536
        options.passes = 3
        let path = scratch.path + "/strong.coffer"
        _ = try Vault.create(
            at: path, password: Scratch.password(), options: options, in: scratch.surroundings)
        let vault = try Vault(at: path, in: scratch.surroundings)
        try vault.unlock(password: Scratch.password())
        var files = [
            "maps/keep.png": FileStage.bytes(1_300_000), "rules.txt": FileStage.text(300_000),
            "tiny": [1, 2, 3], "empty": [],
        ]
        func add(_ name: String) throws {
            let bytes = files[name] ?? []
            var offset = 0
            var adding = Files.AddOptions()
            adding.isReplacing = true
            try vault.files.add(
                [
                    NewFile(named: name) { count in
                        defer { offset = min(bytes.count, offset + count) }
                        return Array(bytes[offset..<min(bytes.count, offset + count)])
                    }
                ], options: adding
            ) { #expect($0.failure == nil) }
        }
        for name in files.keys.sorted() { try add(name) }
        let bundles = scratch.path + "/bundles"
        _ = try vault.backUp(to: bundles)
        files["maps/keep.png"]?.insert(7, at: 600_000)
        try add("maps/keep.png")
        try vault.files.remove(["tiny"])
        files["tiny"] = nil
        _ = try vault.backUp(to: bundles)
        vault.lock()
        let secret = try scratch.write("secret", "correct horse\n")
        for (number, place) in [path, bundles].enumerated() {
            let out = scratch.path + "/out-\(number)"
            let outcome = try IndependentReader.run(
                "", ["files", place, "--password-file", secret, "--export", out])
            #expect(outcome.status == 0, "\(outcome.output)")
            try expect(out, holds: files)
            #expect(!FileManager.default.fileExists(atPath: out + "/tiny"))
        }
    }
}
