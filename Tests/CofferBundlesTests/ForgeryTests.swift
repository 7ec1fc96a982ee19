import CofferBundles
import CofferBytes
import CofferCrypto
import CofferFormat
import Foundation
import Testing

/// Good members put together in a wrong way, and lists that somebody else signed.
@Suite struct ForgeryTests {
    private static func other() throws -> Sample {
        var other = try Sample()
        other.bundle = Sample.id(20)
        other.readme += Array("More.\n".utf8)
        other.subjects = [UInt8](repeating: 9, count: 1_096)
        other.segments = [[UInt8](repeating: 3, count: 700)]
        other.signers = [(2, 1)]
        return other
    }

    private func refusal(_ archive: Archive, trusting number: UInt8 = 1) throws -> BundleError? {
        CofferBundlesTests.refusal(of: archive.bytes, trusting: try Signer(number).publicKey)
    }

    @Test func takesApartAndPutsTogether() throws {
        let bytes = try Sample().bytes()
        var archive = Archive(bytes)
        #expect(archive.bytes == bytes)
        #expect(archive.entries.count == 8)
        // The forger's tools make a good bundle when nothing is forged.
        try archive.sign(with: Signer(1))
        #expect(archive.bytes == bytes)
        #expect(try refusal(archive) == nil)
    }

    /// All 254 ways to take some members from one bundle and the rest from another.
    @Test func refusesEveryMixtureOfTwoBundles() throws {
        let first = Archive(try Sample().bytes())
        let second = Archive(try Self.other().bytes())
        var refused = 0
        for mask in 1..<255 {
            var mixture = first
            for index in 0..<8 where mask >> index & 1 == 1 {
                #expect(first.entries[index].content != second.entries[index].content)
                mixture.entries[index] = second.entries[index]
            }
            if try refusal(mixture) != nil { refused += 1 }
        }
        #expect(refused == 254)
        #expect(try refusal(second) == nil)
    }

    @Test func refusesMembersThatAreDroppedDoubledRenamedOrReordered() throws {
        let good = Archive(try Sample().bytes())
        var count = 0
        for index in good.entries.indices {
            var dropped = good
            dropped.entries.remove(at: index)
            var doubled = good
            doubled.entries.insert(good.entries[index], at: index)
            var again = good
            again.entries.append(good.entries[index])
            var archives = [dropped, doubled, again]
            for other in good.entries.indices where other != index {
                var renamed = good
                renamed.entries[index].name = good.entries[other].name
                renamed.entries[index].fixChecksum()
                var swapped = good
                swapped.entries.swapAt(index, other)
                archives += [renamed, swapped]
            }
            for archive in archives {
                #expect(try refusal(archive) != nil)
                // Signing it anew does not help: the form is wrong.
                var signed = archive
                try signed.sign(with: Signer(1), firstLine: good.firstLine)
                let error = try refusal(signed)
                #expect(error != nil)
                if let error, case .otherSigner = error { Issue.record("\(error)") }
                count += 1
            }
        }
        #expect(count == 8 * (3 + 2 * 7))
    }

    @Test func refusesSegmentsThatAreDroppedSwappedOrAdded() throws {
        var sample = try Sample()
        sample.segments = [Sample.fullSegment(1), Sample.fullSegment(2), [1, 2, 3]]
        let scratch = try Scratch()
        try sample.write(to: scratch.file("a"))
        let good = Archive([UInt8](try Data(contentsOf: URL(filePath: scratch.file("a")))))
        #expect(try refusal(good) == nil)

        var dropped = good
        dropped.entries.remove(at: 5)
        #expect(try refusal(dropped) == .damaged(.records(2), .replaced(by: .records(3))))
        var last = good
        last.entries.remove(at: 6)
        #expect(try refusal(last) == .damaged(.sums, .disagreement(.members)))
        var swapped = good
        swapped.entries.swapAt(4, 5)
        swapped.entries[4].name = "records-00001.seal"
        swapped.entries[4].fixChecksum()
        swapped.entries[5].name = "records-00002.seal"
        swapped.entries[5].fixChecksum()
        #expect(try refusal(swapped) == .damaged(.records(1), .hash))
        var added = good
        added.entries.insert(Archive.Entry("records-00004.seal", [1]), at: 7)
        #expect(try refusal(added) == .damaged(.records(3), .truncated))
        var short = good
        short.entries[4].replace(with: [7])
        #expect(try refusal(short) == .damaged(.records(1), .truncated))
    }

    @Test func refusesTheListOfAnotherSigner() throws {
        let good = Archive(try Sample().bytes())
        var forged = good
        forged["subjects.seal"].replace(with: [UInt8](repeating: 1, count: 1_096))
        #expect(try refusal(forged) == .damaged(.subjects, .hash))
        try forged.sign(with: Signer(9))
        #expect(try refusal(forged) == .otherSigner(keyID: "0909090909090909"))
        // The name of the trusted key makes no difference.
        try forged.sign(with: Signer(9), keyID: Signer(1).publicKey.keyID)
        #expect(try refusal(forged) == .badSignature)
        try forged.sign(with: Signer(1))
        #expect(try refusal(forged) == nil)
    }

    @Test func refusesASignatureWithoutAKeyThatIsTrusted() throws {
        let good = Archive(try Sample().bytes())
        for content in [[], Array("untrusted comment: coffer bundle\n".utf8)] as [[UInt8]] {
            var stripped = good
            stripped["SHA256SUMS.minisig"].replace(with: content)
            #expect(try refusal(stripped) == .damaged(.signature, .form))
        }
        var none = good
        none.entries.removeLast()
        #expect(try refusal(none) == .damaged(.signature, .truncated))
    }

    /// Everything that Coffer signs begins with a line that says what it is.
    @Test(arguments: ["archive", "receipt", "signer", "erasures", "audit-stub", "signers"])
    func refusesSignedListsOfOtherTypes(type: String) throws {
        var forged = Archive(try Sample().bytes())
        let line = forged.firstLine.replacing("# coffer bundle", with: "# coffer \(type)")
        try forged.sign(with: Signer(1), firstLine: line)
        #expect(try refusal(forged) == .damaged(.sums, .otherType))
    }

    @Test func refusesOtherCommentsOfTheSignature() throws {
        let good = Archive(try Sample().bytes())
        var trusted = good
        try trusted.sign(with: Signer(1), trusted: good.firstLine + " ")
        #expect(try refusal(trusted) == .damaged(.signature, .disagreement(.comment)))
        var untrusted = good
        try untrusted.sign(with: Signer(1), untrusted: "signature from minisign secret key")
        #expect(try refusal(untrusted) == .damaged(.signature, .disagreement(.comment)))
    }

    /// Even what the right key signs must not contradict itself.
    @Test func refusesPartsThatContradictEachOther() throws {
        let good = Archive(try Sample().bytes())
        let other = Sample.id(9).description
        let own = Sample.id(1).description
        let bundle = Sample.id(2).description
        let hash = "\"sha256\":\"" + Hex.encode(SHA256.hash(try Sample().segments[0]))
        let zeros = "\"sha256\":\"" + String(repeating: "0", count: 64)
        let cases: [(String, String, String, BundleMember, BundleError.Topic)] = [
            ("keyring.json", own, other, .keyring, .vault),
            ("keyring.json", bundle, other, .keyring, .bundle),
            ("keyring.json", "\"revision\":1,", "\"revision\":2,", .keyring, .revision),
            ("manifest.json", own, other, .manifest, .vault),
            ("manifest.json", bundle, other, .manifest, .bundle),
            ("manifest.json", "\"epoch\":3,", "\"epoch\":4,", .manifest, .epoch),
            ("manifest.json", "\"size\":700,", "\"size\":701,", .manifest, .size),
            ("manifest.json", hash, zeros, .manifest, .hash),
            ("signers.txt", own, other, .signers, .vault),
        ]
        for (name, old, new, member, topic) in cases {
            var forged = good
            let isEdited = forged.edit(name, old, new)
            #expect(isEdited)
            try forged.sign(with: Signer(1))
            #expect(try refusal(forged) == .damaged(member, .disagreement(topic)))
        }
        let lines = [(own, other), (bundle, other), ("rev=1", "rev=2"), ("epoch=3", "epoch=4")]
        for (old, new) in lines {
            var forged = good
            try forged.sign(
                with: Signer(1), firstLine: good.firstLine.replacing(old, with: new))
            guard case .damaged(_, .disagreement) = try refusal(forged) else {
                Issue.record("\(old) went through as \(new)")
                continue
            }
        }
    }

    /// The keys are used before all members are verified, so opening compares what it parses.
    @Test func opensNothingWhosePartsAreNotThoseOfTheList() throws {
        let good = Archive(try Sample().bytes())
        let cases: [(BundleMember, String, String)] = [
            (.readme, "bundle", "Bundle"), (.keyring, "AQEBAQ", "AQEBAg"),
            (.signers, "signer ", "signer "), (.manifest, "\"generation\":17", "\"generation\":18"),
        ]
        for (member, old, new) in cases {
            var forged = good
            var isEdited = forged.edit(member.name, old, new)
            if member == .signers {
                // One statement less is a list of its own.
                let text = String(decoding: good[member.name].content, as: UTF8.self)
                let lines = text.split(separator: "\n").prefix(2).joined(separator: "\n") + "\n"
                forged[member.name].replace(with: Array(lines.utf8))
                isEdited = lines != text
            }
            #expect(isEdited)
            #expect(throws: BundleError.damaged(member, .hash)) {
                _ = try open(forged.bytes)
            }
        }
    }

    @Test func namesTheFormatOfALaterRelease() throws {
        let good = Archive(try Sample().bytes())
        var newer = good
        let isEdited = newer.edit("keyring.json", "{\"format\":1,", "{\"format\":7,")
        #expect(isEdited)
        #expect(try refusal(newer) == .newerFormat(7))
        // Also where it has members that nobody knows yet.
        newer.entries.insert(Archive.Entry("chunks-00001.seal", [1]), at: 5)
        #expect(try refusal(newer) == .newerFormat(7))
        var unknown = good
        unknown.entries.insert(Archive.Entry("chunks-00001.seal", [1]), at: 5)
        #expect(
            try refusal(unknown) == .damaged(.manifest, .foreignName("chunks-00001.seal")))
    }
}
