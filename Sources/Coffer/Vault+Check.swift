internal import CofferCare

extension Vault {
    /// What a check has found.
    public struct CheckReport: Sendable {
        /// Whether nothing is wrong.
        public let isSound: Bool
        /// What was found, worst first.
        public let findings: [Finding]
        /// How much was looked at, by name.
        public let checked: [(name: String, count: UInt64)]
    }

    /// One thing that a check has found.
    public struct Finding: Sendable {
        /// `info`, `warning` or `error`.
        public let severity: String
        /// What it is, for programs, such as `record-damaged`.
        public let code: String
        /// Where it is.
        public let place: String
        /// Whether a repair can mend it.
        public let isRepairable: Bool
    }

    /// Verifies the database, every seal, count and sum, the audit log, references and rules.
    ///
    /// Nothing is written.
    ///
    /// - Parameter progress: Is given the records looked at so far, and how many there are.
    /// - Throws: ``VaultError/Code/locked``; ``VaultError/Code/storage`` when the disk fails.
    public func check(
        progress: (UInt64, UInt64) -> Void = { _, _ in }
    ) throws(VaultError) -> CheckReport {
        try catching {
            let report = try withoutActuallyEscaping(progress) { progress in
                try VaultCheck(records, progress: progress).run()
            }
            return CheckReport(
                isSound: report.isSound,
                findings: report.findings.map {
                    Finding(
                        severity: $0.severity.rawValue, code: $0.code, place: $0.place,
                        isRepairable: $0.isRepairable)
                },
                checked: report.checked)
        }
    }
}
