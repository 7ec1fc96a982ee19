import CofferBundles
import CofferCrypto
import CofferDisk
import CofferFormat
import Foundation
import Testing

/// What `tar`, `sha256sum` and `minisign` say about a bundle.
@Suite(.enabled(if: Tool.areThere)) struct ToolTests {
    /// A bundle in a folder, extracted by `tar`.
    private struct Extracted {
        let scratch: Scratch
        let sample: Sample
        let names: [String]

        init() throws {
            scratch = try Scratch()
            sample = try Sample()
            try sample.write(to: scratch.file("a.coffer-bundle"))
            let listing = try Tool.run(["tar", "-tf", "a.coffer-bundle"], in: scratch.path)
            #expect(listing.status == 0)
            names = listing.text.split(separator: "\n").map(String.init)
            let outcome = try Tool.run(["tar", "-xf", "a.coffer-bundle"], in: scratch.path)
            #expect(outcome.status == 0 && outcome.text.isEmpty)
        }

        func check() throws -> Bool {
            try Tool.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], in: scratch.path).status
                == 0
        }

        func verify(_ key: Minisign.PublicKey) throws -> Bool {
            try Tool.run(
                ["minisign", "-Vm", "SHA256SUMS", "-P", key.line], in: scratch.path
            ).status == 0
        }

        func change(_ name: String) throws {
            let url = URL(filePath: scratch.file(name))
            var bytes = [UInt8](try Data(contentsOf: url))
            // A letter in the middle: a text stays a text.
            bytes[bytes.count / 2] ^= 1
            try Data(bytes).write(to: url)
        }
    }

    @Test func tarListsAndExtractsEveryMember() throws {
        let extracted = try Extracted()
        let reader = try BundleReader(at: extracted.scratch.file("a.coffer-bundle"))
        #expect(extracted.names == reader.members.map(\.name))
        for member in reader.members {
            let data = try Data(contentsOf: URL(filePath: extracted.scratch.file(member.name)))
            #expect(try [UInt8](data) == reader.read(member))
        }
        let verbose = try Tool.run(["tar", "-tvf", "a.coffer-bundle"], in: extracted.scratch.path)
        #expect(verbose.text.contains("-rw------- 0/0"))
        #expect(verbose.text.contains("1970-01-01"))
    }

    @Test func sha256sumAndMinisignSayThatItIsGood() throws {
        let extracted = try Extracted()
        #expect(try extracted.check())
        #expect(try extracted.verify(extracted.sample.signer.publicKey))
        let outcome = try Tool.run(
            ["minisign", "-Vm", "SHA256SUMS", "-P", extracted.sample.signer.publicKey.line],
            in: extracted.scratch.path)
        let reader = try BundleReader(at: extracted.scratch.file("a.coffer-bundle"))
        #expect(outcome.text.contains(reader.sums.firstLine))
    }

    @Test(arguments: [
        "README.txt", "keyring.json", "subjects.seal", "signers.txt", "records-00001.seal",
        "manifest.json",
    ])
    func sha256sumFindsAChangedMember(name: String) throws {
        let extracted = try Extracted()
        try extracted.change(name)
        #expect(try !extracted.check())
        #expect(try extracted.verify(extracted.sample.signer.publicKey))
    }

    @Test(arguments: ["SHA256SUMS", "SHA256SUMS.minisig"])
    func minisignFindsAChange(name: String) throws {
        let extracted = try Extracted()
        try extracted.change(name)
        #expect(try !extracted.verify(extracted.sample.signer.publicKey))
    }

    @Test func minisignRefusesAnotherKey() throws {
        let extracted = try Extracted()
        #expect(try !extracted.verify(Signer(2).publicKey))
    }

    /// What `tar` itself makes of the members is no bundle: mode, owner and time differ.
    @Test(arguments: ["ustar", "gnu", "pax", "v7"])
    func refusesWhatTarPacksAgain(format: String) throws {
        let extracted = try Extracted()
        let words = ["tar", "--format=\(format)", "-cf", "b.coffer-bundle"] + extracted.names
        #expect(try Tool.run(words, in: extracted.scratch.path).status == 0)
        let error = #expect(throws: BundleError.self) {
            _ = try BundleReader(at: extracted.scratch.file("b.coffer-bundle"))
        }
        let isHeader = error == .damaged(.readme, .header(.field))
        #expect(error == .notABundle || isHeader)
    }

    @Test func opensOnlyOrdinaryFiles() throws {
        let scratch = try Scratch()
        try Sample().write(to: scratch.file("a"))
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("link"), withDestinationPath: "a")
        #expect(try Tool.run(["mkfifo", "fifo"], in: scratch.path).status == 0)
        for name in ["link", "fifo", "../" + (scratch.path as NSString).lastPathComponent] {
            let error = #expect(throws: BundleError.self) {
                _ = try BundleReader(at: scratch.file(name))
            }
            guard case .disk(let disk) = error else {
                Issue.record("\(name): \(String(describing: error))")
                continue
            }
            #expect(disk.kind == .notRegular, "\(name)")
        }
        #expect(throws: BundleError.self) { _ = try BundleReader(at: "/dev/zero") }
        #expect(throws: BundleError.self) {
            _ = try BundleWriter(at: scratch.file("link"), replacing: true)
        }
    }
}
