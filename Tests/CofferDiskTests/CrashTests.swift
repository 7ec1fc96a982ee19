import CofferDisk
import CofferDiskSupport
import Testing

/// Every durable operation, cut before each of its steps, with every kind of luck.
@Suite struct CrashTests {
    private static let old: [UInt8] = [1, 1, 1, 1]
    private static let new: [UInt8] = [2, 2, 2, 2]
    private static let cuts = FaultingFileSystem.Luck.allCases.flatMap { luck in
        (0...12).map { (luck, $0) }
    }

    /// Runs `operation` with the power going before step `cut`; whether it finished.
    private func cutting(
        _ disk: FaultingFileSystem, _ cut: (FaultingFileSystem.Luck, Int),
        _ operation: () throws -> Void
    ) -> Bool {
        disk.losePower(before: cut.1)
        let finished = (try? operation()) != nil
        disk.restart(keeping: cut.0)
        return finished
    }

    @Test func takesTheStepsThatTheCutsCover() throws {
        let disk = FaultingFileSystem()
        try disk.replace("vault", with: Self.old)
        // Create, write, synchronize, rename, synchronize the directory.
        #expect(disk.steps == 5)
        try disk.createDirectory("d")
        #expect(disk.steps == 7)
        try disk.append(Self.new, to: "log")
        #expect(disk.steps == 11)
        try disk.remove("vault")
        #expect(disk.steps == 13)
    }

    @Test(arguments: cuts)
    func leavesTheOldBytesOrTheNew(cut: (FaultingFileSystem.Luck, Int)) throws {
        let disk = FaultingFileSystem()
        try disk.replace("vault", with: Self.old)
        let finished = cutting(disk, cut) { try disk.replace("vault", with: Self.new) }
        let survivor = try disk.read("vault", limit: 100)
        #expect(survivor == Self.new || (survivor == Self.old && !finished))
        #expect(finished == (cut.1 >= 5), "Every cut must have happened")
        try disk.removeLeftovers(in: ".")
        #expect(try disk.list(".") == ["vault"])
        try disk.replace("vault", with: Self.new)
    }

    @Test(arguments: cuts)
    func leavesAWholeNewFileOrNone(cut: (FaultingFileSystem.Luck, Int)) throws {
        let disk = FaultingFileSystem()
        let finished = cutting(disk, cut) {
            let pending = try disk.createExclusive("out")
            try pending.write(Self.old)
            try pending.write(Self.new)
            try pending.commit()
        }
        #expect(finished == (cut.1 >= 6))
        if try disk.exists("out") {
            #expect(try disk.read("out", limit: 100) == Self.old + Self.new)
        } else {
            #expect(!finished)
        }
    }

    @Test(arguments: cuts)
    func keepsEveryAcknowledgedAppend(cut: (FaultingFileSystem.Luck, Int)) throws {
        let disk = FaultingFileSystem()
        var acknowledged = 0
        _ = cutting(disk, cut) {
            for _ in 0..<4 {
                try disk.append(Self.old, to: "log")
                acknowledged += 1
            }
        }
        let bytes = try disk.exists("log") ? disk.read("log", limit: 100) : []
        #expect(bytes.count >= acknowledged * 4)
        #expect(bytes.prefix(acknowledged * 4).allSatisfy { $0 == 1 })
        // Four steps for the first, two for each other.
        #expect(acknowledged == min(4, max(0, (cut.1 - 2) / 2)))
    }

    @Test(arguments: cuts)
    func keepsWhatWasMadeAndRemoved(cut: (FaultingFileSystem.Luck, Int)) throws {
        let disk = FaultingFileSystem()
        try disk.replace("old", with: Self.old)
        var done = 0
        _ = cutting(disk, cut) {
            try disk.createDirectory("d")
            done += 1
            try disk.createDirectory("d/e")
            done += 1
            try disk.remove("old")
            done += 1
        }
        #expect(done == min(3, cut.1 / 2))
        #expect(try done < 1 || disk.exists("d"))
        #expect(try done < 2 || disk.exists("d/e"))
        #expect(try done < 3 || !disk.exists("old"))
        if done < 2, try disk.exists("old") {
            #expect(try disk.read("old", limit: 9) == Self.old)
        }
    }

    @Test(arguments: 0..<5, [DiskError.Kind.full, .io])
    func keepsTheOldFileWhenAStepFails(step: Int, kind: DiskError.Kind) throws {
        let disk = FaultingFileSystem()
        try disk.replace("vault", with: Self.old)
        disk.failStep(after: step, with: kind)
        #expect(failure { try disk.replace("vault", with: Self.new) } == kind)
        // Only the last step comes after the new name.
        #expect(try disk.read("vault", limit: 9) == (step < 4 ? Self.old : Self.new))
        #expect(try disk.list(".") == ["vault"], "Nothing unfinished stays")
        try disk.replace("vault", with: Self.new)
        disk.restart()
        #expect(try disk.read("vault", limit: 9) == Self.new)
    }

    @Test func synchronizesANameThatAnotherProcessLeftBehind() throws {
        let disk = FaultingFileSystem()
        disk.failStep(after: 1, with: .io)
        #expect(failure { try disk.append(Self.old, to: "log") } == .io)
        try disk.append(Self.new, to: "log")
        disk.restart()
        #expect(try disk.read("log", limit: 9) == Self.new)
    }

    @Test(arguments: 0..<2)
    func cutsAFailedAppendBack(step: Int) throws {
        let disk = FaultingFileSystem()
        try disk.append(Self.old, to: "log")
        disk.failStep(after: step, with: .full)
        #expect(failure { try disk.append(Self.new, to: "log") } == .full)
        #expect(try disk.read("log", limit: 9) == Self.old)
    }

    @Test(arguments: [1, 2, 3, 1_000])
    func writesEverythingHoweverSmallTheParts(limit: Int) throws {
        let disk = FaultingFileSystem()
        disk.limitWrites(to: limit)
        let bytes = (0..<100).map { UInt8($0) }
        try disk.replace("a", with: bytes)
        try disk.append(bytes, to: "a")
        disk.restart()
        #expect(try disk.read("a", limit: 200) == bytes + bytes)
    }
}
