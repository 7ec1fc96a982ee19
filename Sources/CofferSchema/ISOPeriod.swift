/// A period of whole years, months, weeks and days (ISO 8601-1, section 5.5.2).
internal struct ISOPeriod {
    /// Whole years.
    internal private(set) var years = 0
    /// Whole months.
    internal private(set) var months = 0
    /// Days, weeks counted as seven.
    internal private(set) var days = 0

    /// Reads a text such as `P1Y6M`; nil where it is not one, or longer than ten thousand days,
    /// months or years.
    internal init?(_ text: Substring) {
        guard text.hasPrefix("P"), text.utf8.count > 2 else { return nil }
        var number: Int?
        var order = "YMWD"[...]
        for byte in text.utf8.dropFirst() {
            if let digit = byte.decimalDigit {
                let next = (number ?? 0) * 10 + Int(digit)
                guard next <= 10_000 else { return nil }
                number = next
                continue
            }
            let letter = Character(Unicode.Scalar(byte))
            guard let amount = number, let place = order.firstIndex(of: letter) else { return nil }
            order = order[order.index(after: place)...]
            number = nil
            switch letter {
            case "Y": years = amount
            case "M": months = amount
            case "W": days += amount * 7
            default: days += amount
            }
        }
        guard number == nil, years + months + days > 0 else { return nil }
    }
}
