/// Numbers for people.
internal enum Quantity {
    /// `12.3 MB`.
    internal static func bytes(_ count: Double) -> String {
        var rest = count
        for unit in ["B", "kB", "MB"] {
            if rest < 1_000 { return (unit == "B" ? whole(rest) : tenths(rest)) + " " + unit }
            rest /= 1_000
        }
        return tenths(rest) + " GB"
    }

    /// The number without its fraction.
    internal static func whole(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 1e15 else { return "?" }
        return String(Int64(number))
    }

    /// `1 min 20 s`.
    internal static func seconds(_ number: Double) -> String {
        guard number.isFinite, number < 1e9 else { return "?" }
        let whole = Int64(number.rounded(.up))
        if whole < 60 { return "\(whole) s" }
        if whole < 3_600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3_600) h \(whole / 60 % 60) min"
    }

    /// `1 record`, `2 records`.
    internal static func of(_ count: some BinaryInteger, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }

    private static func tenths(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 1e15 else { return "?" }
        let tenths = Int64((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
