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

        private init(
            isSound: Bool, findings: [Finding], checked: [(name: String, count: UInt64)]
        ) {
            self.isSound = isSound
            self.findings = findings
            self.checked = checked
        }

        internal init(_ report: CofferCare.CheckReport) {
            self.init(
                isSound: report.isSound,
                findings: report.findings.map {
                    Finding(
                        severity: $0.severity.rawValue, code: $0.code, place: $0.place,
                        isRepairable: $0.isRepairable)
                },
                checked: report.checked)
        }

        /// What can be said of a vault that is too damaged to be unlocked: keys, slots, state or
        /// definitions do not verify, and nothing below them was looked at.
        public init(unopenedBy damage: VaultError) {
            let finding = Finding(
                severity: "error", code: "frame", place: damage.place ?? damage.message,
                isRepairable: false)
            self.init(isSound: false, findings: [finding], checked: [])
        }
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

    /// Whether everything opens and nothing is missing; neither rules nor SQLite's own structures
    /// are looked at.
    ///
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/storage``.
    /// - Complexity: linear in the size of the vault.
    public func opensWhole() throws(VaultError) -> Bool {
        try holding { try VaultCheck(records, opensOnly: true).run().isSound }
    }

    /// Verifies the database, every seal, count and sum, the audit log, references and rules.
    ///
    /// Nothing is written.
    ///
    /// - Parameters:
    ///   - files: Which share of the bytes of files is read, 0 to 1, pack by pack; what is not read
    ///     is there, and of the right size.
    ///   - progress: Is given the records looked at so far, and how many there are; then the bytes of
    ///     files, where they are read.
    /// - Throws: ``VaultError/Code/locked``; ``VaultError/Code/storage`` when the disk fails.
    public func check(
        files: Double = 0, progress: (UInt64, UInt64) -> Void = { _, _ in }
    ) throws(VaultError) -> CheckReport {
        try holding {
            let depth: FileDepth = files <= 0 ? .rows : files >= 1 ? .all : .sample(files)
            let report = try withoutActuallyEscaping(progress) { progress in
                try VaultCheck(records, files: depth, progress: progress).run()
            }
            return CheckReport(report)
        }
    }
}
