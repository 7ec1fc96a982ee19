/// A span of time as people write it: `90s`, `15m`, `2h`.
internal enum TimeSpan {
    /// The milliseconds of a span; nil for anything else.
    internal static func milliseconds(_ text: String) -> UInt64? {
        let units: [Character: UInt64] = ["s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let last = text.last, let unit = units[last],
            text.dropLast().utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let number = UInt64(text.dropLast()), number > 0
        else { return nil }
        let (span, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : span
    }

    /// A span as it can be given again: the largest unit that fits exactly.
    internal static func text(_ milliseconds: Int64) -> String {
        for (unit, size) in [("d", Int64(86_400_000)), ("h", 3_600_000), ("m", 60_000)]
        where milliseconds >= size && milliseconds % size == 0 {
            return "\(milliseconds / size)\(unit)"
        }
        return "\(milliseconds / 1_000)s"
    }
}
