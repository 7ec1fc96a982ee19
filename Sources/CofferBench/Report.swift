internal import Glibc

/// Figures as they are measured: a line each, the median of several rounds.
internal enum Report {
    /// Prints a line on standard output.
    internal static func line(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
    }

    /// The middle of the values; of two in the middle, the higher.
    internal static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }

    /// A number with `digits` after the point.
    internal static func number(_ value: Double, _ digits: Int = 2) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let rounded = (value * scale).rounded()
        guard rounded.magnitude < 1e15 else { return value.description }
        let whole = Int64(rounded)
        let fraction = String(whole.magnitude % UInt64(scale))
        let padded = String(repeating: "0", count: max(0, digits - fraction.count)) + fraction
        return "\(whole < 0 ? "-" : "")\(whole.magnitude / UInt64(scale)).\(padded)"
    }

    /// Two columns of medians and the median of their ratios, round by round.
    internal static func pair(
        _ name: String, _ ours: [Double], _ theirs: [Double], unit: String, peer: String
    ) {
        let ratios = zip(ours, theirs).map { $0 / $1 }
        line(
            "\(name): \(number(median(ours))) \(unit), \(peer) \(number(median(theirs))) "
                + "\(unit), ratio \(number(median(ratios))) "
                + "(\(number(ratios.min() ?? 0)) to \(number(ratios.max() ?? 0)))")
    }

    /// Nanoseconds of a clock that only goes forward.
    internal static func now() -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
