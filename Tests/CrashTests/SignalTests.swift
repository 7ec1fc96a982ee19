import Glibc
import Testing

/// Signals while a command writes, and crashes while keys are in memory.
@Suite(.enabled(if: Machine.hasShim)) struct SignalTests {
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func endsWithItsSignalBeforeOrAfter(_ number: Int32) throws {
        let operation = Operation.imports
        let stage = try Stage(operation)
        let before = try stage.snapshot()
        try stage.reset()
        let total = try stage.calls(operation)
        let after = try stage.snapshot()
        for point in Sample.points(total, most: 6) {
            try stage.reset()
            let outcome = try stage.run(operation, .signal(number, at: point))
            #expect(outcome.status == 128 + number, "\(point): \(outcome)")
            let found = try stage.snapshot()
            #expect(found == before || found == after, "\(point)")
        }
    }

    @Test(arguments: [Operation.exports, .exportsAll])
    func removesAnExportThatIsNotWhole(_ operation: Operation) throws {
        let stage = try Stage(operation)
        let total = try stage.calls(operation)
        let whole = try stage.exported()
        for point in Sample.points(total, most: 10) {
            try stage.reset()
            let outcome = try stage.run(operation, .signal(SIGINT, at: point))
            #expect(outcome.status == 130, "\(point): \(outcome)")
            for (name, text) in try stage.exported() { #expect(whole[name] == text) }
            #expect(!Files.tree(stage.live).contains { $0.contains("unfinished") }, "\(point)")
        }
    }

    @Test func aStoppedCommandGoesOn() throws {
        let stage = try Stage()
        let running = try stage.scratch.start(
            stage.words(Operation.importsMany.words), adding: stage.environment)
        for _ in 0..<20 {
            running.child.signal(SIGSTOP)
            usleep(2_000)
            running.child.signal(SIGCONT)
            usleep(1_000)
        }
        let outcome = try running.finish()
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try stage.run(["check"]).status == 0)
    }

    @Test(arguments: [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP])
    func aCrashTellsNothingAndLeavesNoCore(_ number: Int32) throws {
        let operation = Operation.imports
        let stage = try Stage(operation)
        let total = try stage.calls(operation)
        for point in Sample.points(total, most: 3) {
            try stage.reset()
            // A core dump as large as it likes, in the folder that is looked at.
            let outcome = try stage.limited(
                "cd \(stage.live); ulimit -c unlimited", operation.words,
                .signal(number, at: point))
            #expect(outcome.status == -number, "\(point): \(outcome.status)")
            #expect(outcome.errors == "" && outcome.output == "", "\(point): \(outcome.errors)")
            #expect(!Files.tree(stage.live).contains { $0.contains("core") }, "\(point)")
        }
    }
}

extension Stage {
    /// Runs a command under what a shell does first, with calls that fail.
    func limited(_ preparation: String, _ words: [String], _ fault: Fault) throws -> Outcome {
        // Only the program itself is to load the library.
        let exports = fault.environment.map { "export \($0.key)='\($0.value)'" }
            .joined(separator: "; ")
        return try limited(preparation + "; " + exports, words)
    }
}
