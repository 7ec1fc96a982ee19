internal import CofferCare
internal import CofferFormat
internal import CofferKeys
internal import CofferRecords
internal import CofferStore

extension Vault {
    /// Since when a key is in use.
    public struct KeyAge: Sendable {
        /// What it is for, such as `records`.
        public let purpose: String
        /// When it was made, in milliseconds since 1970.
        public let created: Int64
    }

    /// The keys that are in use, but those of persons, in the order in which they were made.
    ///
    /// - Throws: ``VaultError/Code/locked``.
    public func keyAges() throws(VaultError) -> [KeyAge] {
        try holding {
            try store.read { frame in
                frame.keyring.all.filter { $0.facts.state == .active }.map {
                    KeyAge(purpose: Self.word($0.facts.purpose), created: $0.facts.created)
                }
            }
        }
    }

    /// How old the keys of records may become before maintenance replaces them, in milliseconds;
    /// nil where nobody has said.
    ///
    /// - Throws: ``VaultError/Code/locked``, ``VaultError/Code/damaged``.
    public func maximalKeyAge() throws(VaultError) -> Int64? {
        try holding { try records.read { try VaultSettings($0).keyAge } }
    }

    /// Says how old the keys of records may become before ``maintain(isByTimer:progress:each:)``
    /// replaces them; nil ends it.
    ///
    /// - Parameter age: In milliseconds, above 0.
    /// - Throws: ``VaultError/Code/usage`` for another number; ``VaultError/Code/locked``,
    ///   ``VaultError/Code/damaged``, ``VaultError/Code/storage``.
    public func setMaximalKeyAge(_ age: Int64?) throws(VaultError) {
        guard age ?? 1 > 0 else { throw VaultError(.usage, "an age is a number above 0") }
        try holding {
            try records.write { writer in
                var settings = try VaultSettings(writer.reader)
                settings.keyAge = age
                try settings.write(writer)
                try writer.transaction.audit("rotate-policy")
            }
        }
    }
}
