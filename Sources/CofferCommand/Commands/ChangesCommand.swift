internal import Coffer
internal import CofferArguments
internal import Glibc

/// `coffer changes`: the change feed, one object a line.
internal enum ChangesCommand {
    /// How often another program's commits are looked for, in microseconds.
    private static let interval: UInt32 = 100_000

    internal static func run(_ call: Call) throws -> ExitStatus {
        var last: UInt64 = try call.number("since") ?? 0
        let limit: Int = try call.number("limit") ?? .max
        let vault = try call.open()
        let key = KeyWatch(call, vault)
        var count = 0
        while true {
            let mark = try vault.commitMark()
            try vault.changes(since: last) { change in
                guard count < limit else { return false }
                try call.console.line(JSONOutput.change(change).json)
                last = change.number
                count += 1
                return true
            }
            guard call.invocation.flag("follow"), count < limit else { return .done }
            try call.console.flush()
            try key.look()
            while try vault.commitMark() == mark {
                usleep(interval)
                try key.look()
            }
        }
    }
}
