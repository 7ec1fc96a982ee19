import Foundation
import Testing

@testable import Coffer

/// What an interrupted making has left goes with the next one, and nothing else does.
@Suite struct CreateSweepTests {
    @Test func whatIsLeftOfAMakingGoes() throws {
        let scratch = try Scratch()
        let files = FileManager.default
        // One that was killed, one whose removal was killed, and one of another vault.
        for name in ["test.coffer.making-00000000", "test.coffer.making-11111111~"] {
            _ = try scratch.write(name + "/vault.sqlite", "half")
        }
        _ = try scratch.write("other.coffer.making-22222222/vault.sqlite", "half")
        let vault = try scratch.vault()
        let left = Set(try files.contentsOfDirectory(atPath: scratch.path))
        #expect(left == ["test.coffer", "other.coffer.making-22222222", "state"])
        #expect(try vault.check().isSound)
        #expect(!files.fileExists(atPath: vault.path + "/lock"))
    }

    /// Several make one vault at once, again and again: one has it, and it is whole.
    @Test(.timeLimit(.minutes(2)))
    func ofSeveralThatMakeItOneSucceeds() throws {
        for round in 0..<12 {
            let scratch = try Scratch()
            let made = Counter()
            DispatchQueue.concurrentPerform(iterations: 3) { _ in
                if (try? scratch.vault()) != nil { made.add() }
            }
            #expect(made.count <= 1, "\(round)")
            let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
            // Each may have swept away the others before they had the name; then it is free.
            if names.contains("test.coffer") {
                #expect(try scratch.open().check().isSound, "\(round)")
            } else {
                #expect(made.count == 0, "\(round)")
                #expect(try scratch.vault().check().isSound, "\(round)")
            }
        }
    }

    private final class Counter: @unchecked Sendable {
        private let lock = NSLock()
        private var value = 0
        var count: Int { lock.withLock { value } }
        func add() { lock.withLock { value += 1 } }
    }
}
