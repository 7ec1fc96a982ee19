internal import CofferFormat

/// How often a vault is backed up, where to, and which bundles stay.
package struct BackupPolicy: Equatable, Sendable {
    /// The folders; each has a chain of its own.
    package var folders: [String]
    /// How much time passes between two bundles, in milliseconds.
    package var every: Int64 = 3_600_000
    /// How much time passes between two full ones, in milliseconds.
    package var fullEvery: Int64 = 30 * 86_400_000
    /// How many of the newest stay.
    package var keepLast: UInt64 = 24
    /// The newest of each of this many hours stay.
    package var keepHourly: UInt64 = 168
    /// The newest of each of this many days stay.
    package var keepDaily: UInt64 = 30
    /// The newest of each of this many weeks stay.
    package var keepWeekly: UInt64 = 12

    /// The times and numbers that stand where nobody has said otherwise.
    package init(folders: [String]) { self.folders = folders }

    /// Reads it; nil for a value that is none.
    internal init?(_ value: Value) {
        guard case .array(let names)? = value["folders"] else { return nil }
        folders = names.compactMap {
            if case .text(let name) = $0 { name } else { nil }
        }
        func number(_ name: String) -> Int64? {
            if case .integer(let number)? = value[name], number >= 0 { number } else { nil }
        }
        every = number("every") ?? every
        fullEvery = number("fullEvery") ?? fullEvery
        keepLast = number("keepLast").map { UInt64($0) } ?? keepLast
        keepHourly = number("keepHourly").map { UInt64($0) } ?? keepHourly
        keepDaily = number("keepDaily").map { UInt64($0) } ?? keepDaily
        keepWeekly = number("keepWeekly").map { UInt64($0) } ?? keepWeekly
    }

    /// The value that is stored.
    internal var value: Value {
        .object([
            Value.Member("folders", .array(folders.map { .text($0) })),
            Value.Member("every", .integer(every)), Value.Member("fullEvery", .integer(fullEvery)),
            Value.Member("keepLast", .integer(Int64(clamping: keepLast))),
            Value.Member("keepHourly", .integer(Int64(clamping: keepHourly))),
            Value.Member("keepDaily", .integer(Int64(clamping: keepDaily))),
            Value.Member("keepWeekly", .integer(Int64(clamping: keepWeekly))),
        ])
    }
}

extension BackupPolicy {
    private static let hour: Int64 = 3_600_000

    /// Which of these bundles stay for their own sake.
    ///
    /// The newest always does. Of an hour, day or week the newest bundle counts; hours, days and
    /// weeks without one are not counted. Which one is newer the vault says, not the time: a clock
    /// may have been set back, and what is made then is the newest all the same.
    ///
    /// - Parameter times: When they were made, in milliseconds since 1970; in the order in which
    ///   the vault made them, the oldest first.
    /// - Returns: The positions of those that stay.
    package func kept(_ times: [Int64]) -> Set<Int> {
        let order = times.indices.reversed()
        var kept = Set(order.prefix(max(1, Int(clamping: keepLast))))
        for (span, count) in [
            (Self.hour, keepHourly), (24 * Self.hour, keepDaily), (168 * Self.hour, keepWeekly),
        ] {
            var seen: Set<Int64> = []
            for position in order where seen.count < count {
                if seen.insert(times[position] / span).inserted { kept.insert(position) }
            }
        }
        return kept
    }
}
