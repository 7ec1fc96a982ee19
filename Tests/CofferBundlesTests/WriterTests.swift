import CofferBundles
import CofferCrypto
import CofferDisk
import CofferDiskSupport
import CofferFormat
import Testing

/// What writing gives, and what it refuses.
@Suite struct WriterTests {
    @Test func readsBackWhatItWrote() throws {
        let disk = FaultingFileSystem()
        let sample = try Sample()
        let facts = try sample.write(to: Sample.path, on: disk)
        let reader = try BundleReader(at: Sample.path, on: disk)
        #expect(reader.keyring == sample.keyring)
        #expect(try reader.signers == sample.statements())
        #expect(reader.manifest == sample.manifest(reader.manifest.members))
        #expect(reader.manifest.members.map(\.size) == [700])
        #expect(reader.contentID == facts.contentID)
        #expect(reader.size == facts.size)
        #expect(facts.bundle == sample.bundle && facts.revision == 1)
        #expect(
            reader.members.map(\.name) == [
                "README.txt", "keyring.json", "subjects.seal", "signers.txt",
                "records-00001.seal", "manifest.json", "SHA256SUMS", "SHA256SUMS.minisig",
            ])
        #expect(try reader.read(.subjects) == sample.subjects)
        #expect(try reader.read(.records(1)) == sample.segments[0])
        #expect(try reader.read(.readme) == sample.readme)
        #expect(try reader.read(.sums) == reader.sums.bytes)
        #expect(try reader.read(.signature) == reader.signature.file)
        #expect(throws: BundleError.misuse(.noSuchMember(.records(2)))) {
            try reader.read(.records(2))
        }
        #expect(reader.isSigned(by: sample.signer.publicKey))
        try reader.verifyMembers()
    }

    @Test func writesTheSameBytesForTheSameValues() throws {
        #expect(try Sample().bytes() == Sample().bytes())
    }

    @Test func takesSeveralSegments() throws {
        let scratch = try Scratch()
        var sample = try Sample()
        sample.segments = [Sample.fullSegment(1), Sample.fullSegment(2), [9, 9]]
        let facts = try sample.write(to: scratch.file("a.coffer-bundle"))
        let reader = try BundleReader(at: scratch.file("a.coffer-bundle"))
        #expect(facts.size == reader.size)
        var told: [UInt64] = []
        var totals: Set<UInt64> = []
        try reader.verifyMembers { done, total in
            told.append(done)
            totals.insert(total)
        }
        #expect(totals.count == 1 && told.last == totals.first && told == told.sorted())
        var buffer: [UInt8] = []
        for (index, segment) in sample.segments.enumerated() {
            try reader.read(.records(index + 1), into: &buffer)
            #expect(buffer == segment)
        }
        #expect(try scratch.names == ["a.coffer-bundle"])
        var asked = 0
        #expect(throws: BundleError.cancelled) {
            try reader.verifyMembers(isCancelled: {
                asked += 1
                return asked > 6
            })
        }
    }

    /// Keys are written anew, the sealed members stay byte for byte, and so does the content id.
    @Test func replacesTheKeysOfABundle() throws {
        let disk = FaultingFileSystem()
        var sample = try Sample()
        let first = try sample.write(to: Sample.path, on: disk)
        let old = try BundleReader(at: Sample.path, on: disk)
        sample.revision = 2
        var writer = try BundleWriter(at: Sample.path, replacing: true, on: disk)
        try writer.add(.readme, from: old)
        try writer.add(.keyring, sample.keyring.bytes)
        try writer.add(.subjects, [UInt8](repeating: 7, count: 2_000))
        try writer.add(.signers, from: old)
        for member in old.manifest.members { try writer.add(member.member, from: old) }
        let signer = try Signer(2)
        let facts = try writer.finish(
            signingKey: signer.key, keyID: signer.publicKey.keyID
        ) { members throws(BundleError) in
            #expect(members == old.manifest.members)
            return old.manifest
        }
        #expect(facts.contentID == first.contentID)
        #expect(facts.sumsHash != first.sumsHash)
        let new = try BundleReader(at: Sample.path, on: disk)
        #expect(new.keyring.revision == 2 && new.manifest == old.manifest)
        #expect(try new.signer(trusting: sample.signer.publicKey) == signer.publicKey)
        try new.verifyMembers()
        #expect(try disk.list("/") == ["made.coffer-bundle"])
    }

    @Test func refusesMembersOutOfOrder() throws {
        let sample = try Sample()
        let disk = FaultingFileSystem()
        let all: [BundleMember] = [
            .readme, .keyring, .subjects, .signers, .records(1), .records(2), .manifest, .sums,
            .signature,
        ]
        var refused = 0
        for count in 0...5 {
            for member in all {
                var writer = try BundleWriter(at: Sample.path, on: disk)
                try add(count, of: sample, to: &writer)
                let isNext = count < 5 && member == all[count]
                do throws(BundleError) {
                    try writer.add(member, content(of: member, sample))
                    #expect(isNext, "\(member) after \(count)")
                } catch {
                    #expect(!isNext && error == .misuse(.order(member)))
                    refused += 1
                }
            }
        }
        // Of nine members one comes next, and after a segment that is not full none does.
        #expect(refused == 5 * 8 + 9)
        #expect(try disk.list("/").isEmpty)
    }

    @Test(arguments: 0..<5)
    func refusesToFinishWhatIsNotWhole(count: Int) throws {
        let sample = try Sample()
        let disk = FaultingFileSystem()
        var writer = try BundleWriter(at: Sample.path, on: disk)
        try add(count, of: sample, to: &writer)
        let error = sample.failure(finishing: writer) { sample.manifest($0) }
        #expect(error == .misuse(.order(.manifest)))
        #expect(try disk.list("/").isEmpty)
    }

    @Test func refusesContentsThatNoReaderAccepts() throws {
        let sample = try Sample()
        let other = SignerStatements(vault: Sample.id(9))
        let cases: [(Int, BundleMember, [UInt8], BundleError)] = [
            (0, .readme, [0xFF], .misuse(.value(.readme))),
            (
                0, .readme, [UInt8](repeating: 65, count: 16_385),
                .limit(.readme, size: 16_385, allowed: 16_384)
            ),
            (1, .keyring, [], .misuse(.value(.keyring))),
            (3, .signers, other.bytes, .misuse(.value(.signers))),
            (
                4, .records(1), [UInt8](repeating: 0, count: BundleMember.segmentSize + 1),
                .limit(
                    .records(1), size: UInt64(BundleMember.segmentSize + 1),
                    allowed: UInt64(BundleMember.segmentSize))
            ),
        ]
        for (count, member, bytes, error) in cases {
            let disk = FaultingFileSystem()
            var writer = try BundleWriter(at: Sample.path, on: disk)
            try add(count, of: sample, to: &writer)
            #expect(throws: error) { try writer.add(member, bytes) }
        }
    }

    @Test func refusesManifestsThatAreNotAboutTheBundle() throws {
        var others: [Sample] = []
        for change in 0..<3 {
            var other = try Sample()
            if change == 0 { other.vault = Sample.id(9) }
            if change == 1 { other.bundle = Sample.id(9) }
            others.append(other)
        }
        for (index, other) in others.enumerated() {
            let disk = FaultingFileSystem()
            let sample = try Sample()
            var writer = try BundleWriter(at: Sample.path, on: disk)
            try sample.fill(&writer)
            let error = sample.failure(finishing: writer) {
                index == 2 ? other.manifest([]) : other.manifest($0)
            }
            #expect(error == .misuse(.value(.manifest)))
            #expect(try disk.list("/").isEmpty)
        }
    }

    @Test func refusesANameThatIsTaken() throws {
        let disk = FaultingFileSystem()
        try disk.replace(Sample.path, with: [1])
        #expect(throws: BundleError.disk(DiskError(.open, Sample.path, .exists))) {
            _ = try BundleWriter(at: Sample.path, on: disk)
        }
        #expect(try disk.read(Sample.path, limit: 9) == [1])
    }

    @Test func refusesANameThatIsTakenMeanwhile() throws {
        let disk = FaultingFileSystem()
        let sample = try Sample()
        var writer = try BundleWriter(at: Sample.path, on: disk)
        try sample.fill(&writer)
        try disk.replace(Sample.path, with: [1])
        let error = sample.failure(finishing: writer) { sample.manifest($0) }
        guard case .disk(let refused) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(refused.kind == .exists)
        #expect(try disk.read(Sample.path, limit: 9) == [1])
        #expect(try disk.list("/") == ["made.coffer-bundle"])
    }

    private func content(of member: BundleMember, _ sample: Sample) throws(BundleError) -> [UInt8] {
        switch member {
        case .readme: sample.readme
        case .keyring: sample.keyring.bytes
        case .signers: SignerStatements(vault: sample.vault).bytes
        default: [1, 2, 3]
        }
    }

    private func add(_ count: Int, of sample: Sample, to writer: inout BundleWriter) throws {
        let members: [BundleMember] = [.readme, .keyring, .subjects, .signers, .records(1)]
        for member in members.prefix(count) { try writer.add(member, content(of: member, sample)) }
    }
}
