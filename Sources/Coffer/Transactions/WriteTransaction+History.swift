internal import CofferFormat
internal import CofferRecords
internal import CofferStore

extension WriteTransaction {
    /// Undoes the last change before this transaction; the rest of the transaction joins the undo.
    ///
    /// - Throws: ``VaultError/Code/nothingToUndo``; ``VaultError/Code/invalid`` where today's
    ///   schema refuses a version of before; ``VaultError/Code/usage`` when this transaction has
    ///   written already: what it wrote is no change yet.
    public func undo() throws(VaultError) -> Vault.Undone {
        try writing { writer in
            let transaction = writer.transaction
            guard transaction.state.sequence < transaction.change else {
                throw VaultError(
                    .usage,
                    "an undo comes first in its transaction; to give up what this one has "
                        + "written, end it with an error")
            }
            let undone = try writer.undo()
            return Vault.Undone(
                restored: undone.restored, reverted: undone.reverted, removed: undone.removed,
                time: undone.time)
        }
    }

    /// Puts a deleted record back.
    ///
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/noRecord`` when it is not
    ///   kept, ``VaultError/Code/exists``, ``VaultError/Code/notUnique``,
    ///   ``VaultError/Code/invalid`` where today's schema refuses it.
    public func restore(
        _ collection: String, _ name: String
    ) throws(VaultError) -> Vault.Written {
        try writing { writer in
            Vault.Written(try writer.restore(name, in: try writer.plan(named: collection)))
        }
    }

    /// Removes every version of deleted records for good.
    ///
    /// - Parameter collection: One collection; nil for all.
    /// - Returns: How many records can no longer be put back.
    /// - Throws: ``VaultError/Code/noCollection``, ``VaultError/Code/damaged``.
    public func emptyTrash(_ collection: String? = nil) throws(VaultError) -> Int {
        try writing { writer in
            let reader = writer.reader
            let plans =
                try collection.map { [try reader.plan(named: $0)] } ?? reader.versionedPlans()
            return try plans.reduce(0) { try $0 + writer.emptyTrash($1) }
        }
    }

    /// Says how long older versions are kept; what is over the new bounds goes at once.
    ///
    /// - Throws: ``VaultError/Code/usage`` for a bound outside its limits.
    public func set(_ policy: Vault.HistoryPolicy) throws(VaultError) {
        try writing { writer in
            guard let days = UInt16(exactly: policy.days),
                let versions = UInt16(exactly: policy.versions)
            else { throw VaultError(.usage, "days and versions are from 0 to 65,535") }
            try writer.set(VaultState.HistoryPolicy(days: days, versions: versions))
        }
    }

    /// Notes on the audit log that collections were exported.
    public func recordExport(of names: [String], count: Int) throws(VaultError) {
        try writing { writer in
            try writer.transaction.audit(
                "export",
                [
                    AuditEntry.Detail("collections", names.joined(separator: " ")),
                    AuditEntry.Detail("records", "\(count)"),
                ])
        }
    }
}
