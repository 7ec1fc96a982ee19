internal import CofferFormat

/// What was measured of several, round by round.
internal struct Figure {
    internal let what: String
    internal let unit: String
    internal var values: [String: [Double]] = [:]

    internal init(what: String, unit: String) {
        self.what = what
        self.unit = unit
    }

    /// The median of each, and the median over the rounds of Coffer's ratio to each other one.
    private var columns: [(who: String, median: Double, ratio: Double?)] {
        let others = values.keys.filter { $0 != "Coffer" }.sorted()
        return ((values["Coffer"] == nil ? [] : ["Coffer"]) + others).map { who in
            let theirs = values[who] ?? []
            let ours = values["Coffer"] ?? []
            let ratios = zip(ours, theirs).map { $0 / $1 }
            return (
                who, Report.median(theirs),
                who == "Coffer" || ratios.isEmpty ? nil : Report.median(ratios)
            )
        }
    }

    /// One line for people.
    internal var text: String {
        let parts = columns.map { column in
            "\(column.who) \(Report.number(column.median, 0))"
                + (column.ratio.map { " (\(Report.number($0)))" } ?? "")
        }
        return "\(what), \(unit): " + parts.joined(separator: ", ")
    }

    /// One JSON object.
    internal var json: String {
        let members = columns.map { column in
            Value.Member(
                column.who,
                .object(
                    [Value.Member("median", .double(column.median))]
                        + (column.ratio.map { [Value.Member("ratio", .double($0))] } ?? [])))
        }
        let whole: [Value.Member] =
            [Value.Member("what", .text(what)), Value.Member("unit", .text(unit))] + members
        return String(decoding: JSON.write(.object(whole)), as: UTF8.self)
    }
}
