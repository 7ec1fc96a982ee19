internal import CofferShims

/// Work for another thread.
package enum WorkThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// How many processors this program may run on.
    package static var cores: Int { Int(CofferShims_processors()) }

    /// Runs `body` on a thread of its own, which ends with it.
    ///
    /// - Returns: Whether there is such a thread; if not, `body` was not run.
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let work = unsafe Unmanaged.passRetained(Work(body))
        let code = unsafe CofferShims_startThread(
            { unsafe Unmanaged<Work>.fromOpaque($0).takeRetainedValue().body() },
            work.toOpaque())
        if code != 0 { unsafe work.release() }
        return code == 0
    }
}
