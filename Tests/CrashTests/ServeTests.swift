import Foundation
import Glibc
import Testing

/// A disk that fails under `coffer serve`, which goes on and says so.
@Suite(.enabled(if: Machine.hasShim)) struct ServeTests {
    @Test(arguments: [ENOSPC, EIO])
    func theAnswerToTheCommitSaysWhetherItIsStored(_ code: Int32) throws {
        let operation = try #require(Operation.all.first { $0.name == "serve" })
        let stage = try Stage(operation)
        let before = try stage.snapshot()
        try stage.reset()
        let total = try stage.calls(operation, .writes)
        let after = try stage.snapshot()
        var counts = (stored: 0, refused: 0)
        for point in Sample.points(total, most: 8) {
            try stage.reset()
            let outcome = try stage.run(operation, .error(code, at: point, .writes, onwards: true))
            let answers = outcome.output.split(separator: "\n").map { line in
                (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
            }
            let found = try stage.snapshot()
            if answers.isEmpty {
                // It could not begin.
                #expect(outcome.status == 8, "\(point): \(outcome)")
                #expect(found == before, "\(point)")
                continue
            }
            #expect(outcome.status == 0, "\(point): \(outcome)")
            #expect(answers.count == 5 && !answers.contains { $0 == nil }, "\(point)")
            if answers.last??["ok"] as? Bool == true {
                counts.stored += 1
                #expect(found == after, "\(point)")
                continue
            }
            counts.refused += 1
            #expect(found == before, "\(point)")
            for answer in answers {
                guard let error = answer?["error"] as? [String: Any] else { continue }
                let word = error["code"] as? String ?? ""
                // After a begin that failed there is no transaction to write in or to commit.
                #expect(["full", "storage", "usage"].contains(word), "\(point): \(word)")
            }
        }
        print("serve, errno \(code): \(counts.stored) stored, \(counts.refused) refused")
        #expect(counts.refused > 0)
    }
}
