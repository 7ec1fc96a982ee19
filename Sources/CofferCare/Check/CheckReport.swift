package import CofferRecords

/// What a check has found.
package struct CheckReport: Sendable {
    /// How bad a finding is.
    package enum Severity: String, Sendable {
        /// Good to know.
        case info
        /// Not as it should be; nothing is lost.
        case warning
        /// Damaged, missing or tampered with.
        case error
    }

    /// One finding.
    package struct Finding: Hashable, Sendable {
        /// How bad it is.
        package let severity: Severity
        /// What it is, for programs.
        package let code: String
        /// Where it is; never a value of a record.
        package let place: String
        /// Whether a repair can mend it.
        package let isRepairable: Bool
        /// Whether it is what a damaged record brings with it: a sum that differs where the number
        /// of rows is right.
        package let followsDamage: Bool
    }

    /// What was found.
    package private(set) var findings: [Finding] = []
    /// How much was looked at.
    package private(set) var checked: [(name: String, count: UInt64)] = []

    /// Whether nothing is wrong.
    package var isSound: Bool { !findings.contains { $0.severity != .info } }

    /// Where something is damaged or missing; what only follows from that is left out.
    package var damages: [String] {
        findings.filter { $0.severity != .info && !$0.followsDamage }.map(\.place)
    }

    /// Where an error of a record is.
    package static func place(of error: RecordsError) -> String {
        switch error {
        case .damaged(let collection, let rid, let id, let what):
            "\(collection) \(id.map { "\($0)" } ?? "row \(rid)"): \(what)"
        case .incomplete(let collection): collection
        default: "\(error)"
        }
    }

    /// Takes a finding in.
    package mutating func add(
        _ severity: Severity, _ code: String, _ place: String, isRepairable: Bool = false,
        followsDamage: Bool = false
    ) {
        findings.append(
            Finding(
                severity: severity, code: code, place: place, isRepairable: isRepairable,
                followsDamage: followsDamage))
    }

    /// Takes in what another check has found.
    internal mutating func take(_ other: CheckReport) {
        findings += other.findings
        checked += other.checked
    }

    /// Says how much was looked at.
    package mutating func count(_ name: String, _ count: UInt64) {
        checked.append((name, count))
    }
}
