/// Times as text: RFC 3339, UTC, with milliseconds.
public enum Timestamp {
    /// `2026-11-21T09:30:00.000Z` for milliseconds since 1970.
    ///
    /// Years outside 0 to 9999 have no form in RFC 3339; the nearest that has one is given.
    public static func text(_ milliseconds: Int64) -> String {
        let lowest: Int64 = -62_167_219_200_000
        let highest: Int64 = 253_402_300_799_999
        let bounded = min(max(milliseconds, lowest), highest)
        let days = bounded.floorDivided(by: 86_400_000)
        let rest = bounded - days * 86_400_000
        let (year, month, day) = civil(days)
        return pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2) + "T"
            + pad(rest / 3_600_000, 2) + ":" + pad(rest / 60_000 % 60, 2) + ":"
            + pad(rest / 1_000 % 60, 2) + "." + pad(rest % 1_000, 3) + "Z"
    }

    /// The last moment that a text can mean: `2026-05-03`, `2026-05-03T18:30Z`,
    /// `2026-05-03T18:30:15Z` or `2026-05-03T18:30:15.250Z`; nil for anything else.
    public static func latest(of text: String) -> Int64? {
        let forms: [(length: Int, span: Int64)] = [
            (10, 86_400_000), (17, 60_000), (20, 1_000), (24, 1),
        ]
        guard let (length, span) = forms.first(where: { $0.length == text.utf8.count }) else {
            return nil
        }
        // What is left out is the first moment that the given part can mean.
        let zero = "0000-01-01T00:00:00.000Z"
        let given = length == 10 ? text : String(text.dropLast())
        guard length == 10 || text.hasSuffix("Z") else { return nil }
        let whole = given + zero.dropFirst(given.count)
        guard let start = exact(whole), Self.text(start) == whole else { return nil }
        return start + span - 1
    }

    /// Reads the form of ``text(_:)``, whatever its numbers mean.
    private static func exact(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        func number(_ start: Int, _ count: Int) -> Int64? {
            guard start + count <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[start..<start + count] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2),
            let hour = number(11, 2), let minute = number(14, 2), let second = number(17, 2),
            let milli = number(20, 3)
        else { return nil }
        // Counted in years that begin on 1 March, as in `civil`.
        let shifted = month > 2 ? year : year - 1
        let era = shifted.floorDivided(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1_000 + milli
    }

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// The date of a day since 1970 in the proleptic Gregorian calendar, counted in eras of 400
    /// years that begin on 1 March.
    private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
