import CofferBundles
import CofferDisk
import CofferDiskSupport
import CofferFormat
import Testing

/// Writing a bundle, cut and failing at every step of the disk.
@Suite struct CrashTests {
    /// The steps of writing the sample, counted by the first test; creating, a header and a
    /// content for each member, the end, synchronizing, renaming, synchronizing the directory.
    private static let steps = 1 + 2 * 8 + 1 + 3
    private static let cuts = FaultingFileSystem.Luck.allCases.flatMap { luck in
        (0...steps).map { (luck, $0) }
    }

    @Test func takesTheStepsThatTheCutsCover() throws {
        let disk = FaultingFileSystem()
        try Sample().write(to: Sample.path, on: disk)
        #expect(disk.steps == Self.steps)
    }

    @Test(arguments: cuts)
    func leavesAWholeBundleOrNone(cut: (FaultingFileSystem.Luck, Int)) throws {
        let disk = FaultingFileSystem()
        let sample = try Sample()
        disk.losePower(before: cut.1)
        let finished = (try? sample.write(to: Sample.path, on: disk)) != nil
        disk.restart(keeping: cut.0)
        #expect(finished == (cut.1 == Self.steps))
        try inspect(disk, sample, mustExist: finished)
        try disk.removeLeftovers(in: "/")
        for name in try disk.list("/") { #expect(BundleName.kind(of: name) == .bundle) }
    }

    @Test(arguments: cuts)
    func leavesTheOldBundleOrTheNew(cut: (FaultingFileSystem.Luck, Int)) throws {
        let disk = FaultingFileSystem()
        let old = try Sample()
        try old.write(to: Sample.path, on: disk)
        var new = old
        new.revision = 2
        disk.losePower(before: cut.1)
        let finished = (try? new.write(to: Sample.path, on: disk, replacing: true)) != nil
        disk.restart(keeping: cut.0)
        let revision = try BundleReader(at: Sample.path, on: disk).keyring.revision
        #expect(revision == 2 || (revision == 1 && !finished))
        try inspect(disk, old, mustExist: true)
    }

    @Test(arguments: 0..<steps, [DiskError.Kind.full, .io])
    func leavesNothingBehindWhenAStepFails(step: Int, kind: DiskError.Kind) throws {
        let disk = FaultingFileSystem()
        let sample = try Sample()
        disk.failStep(after: step, with: kind)
        do {
            try sample.write(to: Sample.path, on: disk)
            Issue.record("Step \(step) did not fail")
        } catch let error as BundleError {
            guard case .disk(let error) = error else { throw error }
            #expect(error.kind == kind)
        }
        // Only the last step comes after the new name.
        let isLast = step == Self.steps - 1
        #expect(try disk.list("/") == (isLast ? ["made.coffer-bundle"] : []))
        try inspect(disk, sample, mustExist: isLast)
        try sample.write(to: Sample.path, on: disk, replacing: isLast)
    }

    @Test(arguments: 0..<steps)
    func keepsTheOldBundleWhenAStepFails(step: Int) throws {
        let disk = FaultingFileSystem()
        let old = try Sample()
        try old.write(to: Sample.path, on: disk)
        var new = old
        new.revision = 2
        disk.failStep(after: step, with: .full)
        #expect(throws: BundleError.self) {
            try new.write(to: Sample.path, on: disk, replacing: true)
        }
        let revision = try BundleReader(at: Sample.path, on: disk).keyring.revision
        #expect(revision == (step == Self.steps - 1 ? 2 : 1))
        #expect(try disk.list("/") == ["made.coffer-bundle"])
    }

    /// After a failed write there is no going on: what is missing would be in the middle.
    @Test func addsNothingAfterAFailure() throws {
        let disk = FaultingFileSystem()
        let sample = try Sample()
        var writer = try BundleWriter(at: Sample.path, on: disk)
        try writer.add(.readme, sample.readme)
        disk.failStep(after: 1, with: .full)
        #expect(throws: BundleError.self) { try writer.add(.keyring, sample.keyring.bytes) }
        #expect(throws: BundleError.misuse(.failedBefore)) {
            try writer.add(.subjects, sample.subjects)
        }
        let error = sample.failure(finishing: writer) { sample.manifest($0) }
        #expect(error == .misuse(.failedBefore))
        #expect(try disk.list("/").isEmpty)
    }

    @Test(arguments: [1, 7, 512, 1_000])
    func writesEverythingHoweverSmallTheParts(limit: Int) throws {
        let disk = FaultingFileSystem()
        disk.limitWrites(to: limit)
        let sample = try Sample()
        try sample.write(to: Sample.path, on: disk)
        try inspect(disk, sample, mustExist: true)
        #expect(try disk.read(Sample.path, limit: 1 << 20) == sample.bytes())
    }

    /// What a killed writer left is gone when the next one begins; a living one's stays.
    @Test func removesWhatAKilledWriterLeft() throws {
        let disk = FaultingFileSystem()
        let sample = try Sample()
        do {
            let living = try BundleWriter(at: "/b.coffer-bundle", on: disk)
            try disk.replace("/.coffer-unfinished-0011223344556677", with: [1, 2])
            try sample.write(to: Sample.path, on: disk)
            let names = try disk.list("/")
            #expect(names.count == 2 && names.contains("made.coffer-bundle"))
            #expect("/" + (names.first { $0.hasPrefix(".") } ?? "") == living.unfinishedPath)
        }
        #expect(try disk.list("/") == ["made.coffer-bundle"])
    }

    private func inspect(
        _ disk: FaultingFileSystem, _ sample: Sample, mustExist: Bool
    ) throws {
        guard try disk.exists(Sample.path) else {
            #expect(!mustExist)
            return
        }
        let reader = try BundleReader(at: Sample.path, on: disk)
        #expect(reader.isSigned(by: sample.signer.publicKey))
        try reader.verifyMembers()
    }
}
