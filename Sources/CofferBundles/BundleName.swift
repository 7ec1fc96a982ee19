package import CofferBytes
internal import CofferDisk
package import CofferFormat

/// The names of bundle files, and of what other programs make of them.
///
/// A name is for people and for sorting: nothing is believed of it.
package enum BundleName {
    /// What every bundle's name ends with.
    package static let suffix = ".coffer-bundle"

    /// What a name in a folder of bundles stands for.
    package enum Kind: Equatable, Sendable {
        /// A bundle.
        case bundle
        /// What a killed program left of one.
        case unfinished
        /// A second one that a synchronizing service or a file manager made of one.
        case conflictCopy
        /// What a program that is copying one has so far.
        case partial
        /// Nothing of ours.
        case other
    }

    /// Such as `20261121T184500Z-full-1a2b3c4d.coffer-bundle`: time in UTC, kind, the first
    /// eight digits of the bundle's id.
    package static func name(
        created: Int64, kind: Manifest.Kind, bundle: Identifier
    ) -> String {
        "\(stamp(created))-\(kind.rawValue)-\(bundle.description.prefix(8))\(suffix)"
    }

    /// A name that sorts after those of all bundles made until a time, and before later ones.
    package static func lastName(until created: Int64) -> String { stamp(created) + "~" }

    /// What a file of that name is.
    package static func kind(of name: String) -> Kind {
        if name.hasPrefix(PendingFile.prefix) { return .unfinished }
        let lower = name.lowercased()
        guard let place = firstPlace(of: suffix, in: lower) else { return .other }
        let bytes = Array(lower.utf8)
        let front = String(decoding: bytes[..<place], as: UTF8.self)
        let back = String(decoding: bytes[(place + suffix.utf8.count)...], as: UTF8.self)
        if partialEnds.contains(where: back.hasSuffix)
            || partialStarts.contains(where: front.hasPrefix)
        {
            return .partial
        }
        if isConflict(front) || isConflict(back) { return .conflictCopy }
        if back.isEmpty { return front.isEmpty ? .other : .bundle }
        // `name.coffer-bundle (1)`, `name.coffer-bundle~`; rsync(1) ends with six letters and
        // begins with a dot while it copies.
        if isNumbered(back) || back == "~" { return .conflictCopy }
        return front.hasPrefix(".") && back.hasPrefix(".") ? .partial : .other
    }

    /// What a program that is still copying puts behind a name: browsers, wget, rclone, Resilio,
    /// Syncthing and others.
    private static let partialEnds = [
        ".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".!sync",
        ".bts", ".owncloudsync", ".nextcloudsync",
    ]

    /// What it puts before a name: Syncthing on Windows and elsewhere, ownCloud.
    private static let partialStarts = ["~syncthing~", ".syncthing.", ".~"]

    /// Marks of conflicts: Dropbox and Nextcloud, Syncthing, ownCloud, Seafile, Synology, and
    /// the copies of file managers.
    private static let conflictMarks = [
        "conflicted copy", ".sync-conflict-", "(sfconflict", "(case conflict",
        "_conflict", "_diskstation_", "[conflict", "(conflict",
    ]

    /// What file managers end the name of a copy with.
    private static let copyEnds = [" copy", "(copy)", " copy)"]

    private static func isConflict(_ part: String) -> Bool {
        conflictMarks.contains { firstPlace(of: $0, in: part) != nil }
            || copyEnds.contains(where: part.hasSuffix) || isNumbered(part)
    }

    /// Whether a text ends with a number in brackets, as file managers and browsers count copies.
    private static func isNumbered(_ part: String) -> Bool {
        let bytes = Array(part.utf8)
        guard bytes.last == UInt8(ascii: ")") else { return false }
        let digits = bytes.dropLast().reversed().prefix { (0x30...0x39).contains($0) }
        let before = bytes.dropLast(1 + digits.count).last
        return !digits.isEmpty && before == UInt8(ascii: "(")
    }

    private static func firstPlace(of part: String, in text: String) -> Int? {
        let text = Array(text.utf8)
        let part = Array(part.utf8)
        guard text.count >= part.count else { return nil }
        return (0...text.count - part.count).first { text[$0...].starts(with: part) }
    }

    /// A time in UTC as ISO 8601 writes it without separators; after the year 9999 its end.
    ///
    /// Days are counted in eras of 400 years that begin on the first of March (Hinnant,
    /// "chrono-Compatible Low-Level Date Algorithms", 2013, `civil_from_days`).
    private static func stamp(_ milliseconds: Int64) -> String {
        // 9999-12-31T23:59:59Z
        let seconds = min(max(0, milliseconds) / 1_000, 253_402_300_799)
        let days = seconds / 86_400 + 719_468
        let time = seconds % 86_400
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return digits(year, 4) + digits(month, 2) + digits(day, 2) + "T" + digits(time / 3_600, 2)
            + digits(time / 60 % 60, 2) + digits(time % 60, 2) + "Z"
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
