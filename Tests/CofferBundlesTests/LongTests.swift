import Foundation

/// Tests that take long run when they are asked for.
enum LongTests {
    static let areAsked: Bool = {
        let areAsked = ProcessInfo.processInfo.environment["COFFER_LONG_TESTS"] == "1"
        if !areAsked { print("Skipped: the long tests of bundles; COFFER_LONG_TESTS=1 runs them.") }
        return areAsked
    }()
}
