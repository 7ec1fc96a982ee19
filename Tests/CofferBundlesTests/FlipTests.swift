import CofferBundles
import CofferCrypto
import CofferFormat
import Foundation
import Testing

/// A bundle of which any byte is another is refused, wherever it is.
@Suite struct FlipTests {

    /// The stretches of the file that are headers, padding or the end: every byte of them counts.
    private static func frame(of bytes: [UInt8]) -> [Int] {
        var offsets: [Int] = []
        var offset = 0
        for entry in Archive(bytes).entries {
            offsets += offset..<offset + 512
            offset += 512 + entry.content.count
            offsets += offset..<offset + entry.padding.count
            offset += entry.padding.count
        }
        return offsets + (offset..<bytes.count)
    }

    // Without optimisation an opening takes some ten milliseconds, and there are ten thousand.
    #if DEBUG
    private static let longPatterns: [UInt8] = [0x20]
    #else
    private static let longPatterns: [UInt8] = [1, 0x20, 0x80, 0xFF]
    #endif

    private func refusals(
        of offsets: [Int], patterns: [UInt8], in bytes: [UInt8], _ key: Minisign.PublicKey
    ) -> Int {
        var refused = 0
        for offset in offsets {
            for pattern in patterns {
                var changed = bytes
                changed[offset] ^= pattern
                if refusal(of: changed, trusting: key) != nil {
                    refused += 1
                } else {
                    Issue.record("byte \(offset) with \(pattern) goes through")
                }
            }
        }
        return refused
    }

    @Test func refusesEveryChangedByteOfTheFrame() throws {
        let sample = try Sample()
        let bytes = try sample.bytes()
        #expect(refusal(of: bytes, trusting: sample.signer.publicKey) == nil)
        let offsets = Self.frame(of: bytes)
        #expect(offsets.count > 9 * 512)
        let count = refusals(of: offsets, patterns: [1], in: bytes, sample.signer.publicKey)
        #expect(count == offsets.count)
    }

    @Test func refusesChangedBytesOfTheContents() throws {
        let sample = try Sample()
        let bytes = try sample.bytes()
        var dice = Dice(17)
        let frame = Set(Self.frame(of: bytes))
        let contents = bytes.indices.filter { !frame.contains($0) }
        let offsets =
            LongTests.areAsked ? contents : Array(contents.shuffled(using: &dice).prefix(800))
        let patterns: [UInt8] = LongTests.areAsked ? Self.longPatterns : [0x20]
        let count = refusals(
            of: offsets, patterns: patterns, in: bytes, sample.signer.publicKey)
        #expect(count == offsets.count * patterns.count)
        print("changed bytes of contents refused: \(count) at \(offsets.count) places")
    }

    @Test func refusesEveryTruncation() throws {
        let sample = try Sample()
        let bytes = try sample.bytes()
        var count = 0
        for size in stride(from: 0, to: bytes.count, by: 512) + [1, 511, bytes.count - 1] {
            let error = refusal(of: Array(bytes[..<size]), trusting: sample.signer.publicKey)
            #expect(error != nil, "\(size) bytes")
            // Below the first header it is not even a bundle.
            if size < 512 { #expect(error == .notABundle) }
            count += 1
        }
        #expect(count > 20)
    }

    @Test(arguments: [1, 512, 1_024, 10_240])
    func refusesWhatFollows(size: Int) throws {
        let sample = try Sample()
        let bytes = try sample.bytes()
        for filling in [0, 0x41] as [UInt8] {
            let error = refusal(
                of: bytes + [UInt8](repeating: filling, count: size),
                trusting: sample.signer.publicKey)
            #expect(error == .damaged(.signature, .trailing))
        }
        let twice = refusal(of: bytes + bytes, trusting: sample.signer.publicKey)
        #expect(twice == .damaged(.signature, .trailing))
    }

    /// What was verified is what is used, or it is refused.
    @Test func noticesAMemberThatIsSwappedAfterVerification() throws {
        let scratch = try Scratch()
        let sample = try Sample()
        try sample.write(to: scratch.file("a"))
        let reader = try BundleReader(at: scratch.file("a"))
        try reader.verifyMembers()
        let handle = try FileHandle(forWritingTo: URL(filePath: scratch.file("a")))
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: scratch.file("a"))))
        let segment = try #require(Data(bytes).range(of: Data(sample.segments[0])))
        try handle.seek(toOffset: UInt64(segment.lowerBound + 20))
        try handle.write(contentsOf: Data([0xFF]))
        #expect(throws: BundleError.damaged(.records(1), .hash)) {
            try reader.read(.records(1))
        }
        #expect(throws: BundleError.damaged(.records(1), .hash)) { try reader.verifyMembers() }
        #expect(try reader.read(.subjects) == sample.subjects)
        try handle.truncate(atOffset: UInt64(segment.lowerBound + 20))
        #expect(throws: BundleError.damaged(.records(1), .truncated)) {
            try reader.read(.records(1))
        }
        #expect(throws: BundleError.damaged(.sums, .truncated)) { try reader.read(.sums) }
    }

    @Test func keepsWhatItOpenedWhenThePathIsAnother() throws {
        let scratch = try Scratch()
        var sample = try Sample()
        try sample.write(to: scratch.file("a"))
        let reader = try BundleReader(at: scratch.file("a"))
        sample.segments = [[1, 2, 3]]
        try sample.write(to: scratch.file("a"), replacing: true)
        #expect(try reader.read(.records(1)).count == 700)
        try reader.verifyMembers()
        #expect(try BundleReader(at: scratch.file("a")).read(.records(1)) == [1, 2, 3])
    }
}
